/** What the simulated account knows: its stacks, each with its resources, change sets and events. */

import type { IncomingHttpHeaders } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type {
  Capability,
  Change,
  ChangeSetStatus,
  ExecutionStatus,
  OnStackFailure,
  OperationEntry,
  OperationEvent,
  Output,
  Parameter,
  ResourceStatus,
  RollbackConfiguration,
  StackEvent,
  StackStatus,
  Tag,
} from '@aws-sdk/client-cloudformation';
import type { Clock } from './clock.ts';
import { Fault, invalid } from './fault.ts';
import type { ParameterValues } from './template/parameters.ts';
import type { ResourceDefinition, Template, Tree } from './template/template.ts';

export interface Account {
  readonly id: string;
  readonly region: string;
  readonly clock: Clock;
  /** How long each step takes, in milliseconds: making a change set has two, a resource two. */
  readonly stepMs: number;
  readonly pageSize: number;
  /** Which resources a description with property values leaves out. */
  omitting(logicalId: string): boolean;
  /** Says why a resource cannot be made or changed; undefined where it can. */
  failing(resource: ResourceRequest): string | undefined;
  /** Says why a resource cannot be deleted, or brought back to what it was; undefined where it can. */
  resisting(resource: ResourceRequest & { readonly step: 'delete' | 'roll back' }): string | undefined;
  /** What an organisation's rules find wrong with a resource. */
  hooking(resource: Omit<ResourceRequest, 'stackName'>): Annotation | undefined;
  /** What a function answers to whoever invokes it; what it throws is the function's own failure. */
  invoking(invocation: Invocation): unknown;
  /** What the deployed API answers. */
  serving(request: ApiRequest): ApiAnswer;
  /** Whether a repository has an image. */
  storing(image: StoredImage): boolean;
  /** Why an alarm has gone off; undefined where it has not. */
  alarming(alarmName: string): string | undefined;
  /** In the order of creation; those that were deleted stay. */
  readonly stacks: Stack[];
  /** Resources with a name of their own that their stacks left behind. */
  readonly orphans: Resource[];
  /** Every version that was ever published, by function. */
  readonly versions: Map<string, readonly PublishedVersion[]>;
  /** By bucket and key. */
  readonly objects: Map<string, Map<string, StoredObject>>;
  /** Database instances that were restored beside those of the stacks. */
  readonly restored: RestoredInstance[];
  /** By the id that DetectStackDrift gave. */
  readonly detections: Map<string, DriftDetection>;
}

export interface Annotation {
  readonly rule: string;
  readonly message: string;
  readonly remediation?: string;
  readonly link?: string;
  /** Of a hook that only warns; else it fails what it looks at. */
  readonly warns?: true;
}

export interface HookResult {
  readonly id: string;
  readonly mode: 'FAIL' | 'WARN';
  readonly at: Date;
  readonly annotations: readonly Annotation[];
}

export interface Invocation {
  readonly functionName: string;
  /** That the function has now. */
  readonly imageUri: string;
  readonly event: Tree;
}

export interface ApiRequest {
  readonly functionName: string;
  /** To which the alias points as it is asked. */
  readonly version: string;
  /** That the version was published with. */
  readonly imageUri: string;
  readonly method: string;
  /** Without the stage: `/api/health`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PublishedVersion {
  readonly number: string;
  readonly imageUri: string;
  readonly memoryMB: number;
  /** What the function was then. */
  readonly frozen: Tree;
  /** Its number is not given again. */
  readonly isDeleted?: true;
}

export interface StoredImage {
  readonly repository: string;
  readonly digest: string;
}

export interface StoredObject {
  readonly body: Buffer;
  readonly modified: Date;
}

export interface RestoredInstance {
  readonly identifier: string;
  readonly availableAt: Date;
  /** As a template would give them. */
  readonly properties: Tree;
}

export interface DriftDetection {
  readonly stackId: string;
  readonly startedAt: Date;
  status: 'DETECTION_IN_PROGRESS' | 'DETECTION_COMPLETE';
}

export interface ResourceRequest {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Tree;
}

export interface Stack {
  readonly name: string;
  readonly id: string;
  readonly createdAt: Date;
  updatedAt?: Date;
  deletedAt?: Date;
  status: StackStatus;
  statusReason?: string;
  /** What is deployed; absent until the first deployment has begun. */
  deployed?: Deployment;
  changeSetId?: string;
  resources: Map<string, Resource>;
  outputs: Output[];
  terminationProtection: boolean;
  policy?: string;
  /** Somebody cancelled the update that is running; events carry this mark from then on. */
  cancelled?: { readonly token: string | undefined };
  /** Where a rollback leads that has not begun, or did not come to its end. */
  before?: ReadonlyMap<string, Resource>;
  readonly changeSets: ChangeSet[];
  /** Oldest first. */
  readonly events: StackEvent[];
  /** Newest first. */
  readonly operations: OperationEntry[];
  /** When drift was last looked for. */
  driftCheckedAt?: Date;
}

/** Everything that a change set can change about a stack. */
export interface Deployment {
  readonly body: string;
  readonly template: Template;
  readonly parameters: ParameterValues;
  readonly tags: readonly Tag[];
  readonly capabilities: readonly Capability[];
  readonly notificationArns: readonly string[];
  readonly rollback: RollbackConfiguration;
  readonly roleArn?: string;
}

export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  /** Empty until there is something to name. */
  readonly physicalId: string;
  /** 1 for the first physical resource behind this logical id, 2 for the one that replaced it, … */
  readonly generation: number;
  readonly definition: ResourceDefinition;
  /** With every function worked out; as CloudFormation wrote them. */
  readonly properties: Tree;
  /** What they are by now, where somebody else changed them; null where somebody deleted the resource. */
  readonly live?: Tree | null;
  status: ResourceStatus;
  statusReason?: string;
  updatedAt: Date;
}

export interface ChangeSet {
  readonly name: string;
  readonly id: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly createdAt: Date;
  readonly description?: string;
  readonly clientToken?: string;
  readonly onStackFailure?: OnStackFailure;
  /** It compares with what the resources are by now, and takes that back. */
  readonly revertsDrift: boolean;
  /** It takes over what is there by the name that the template gives. */
  readonly importsExisting: boolean;
  readonly wanted: Deployment;
  readonly shownParameters: readonly Parameter[];
  changes: readonly Change[];
  status: ChangeSetStatus;
  statusReason?: string;
  executionStatus: ExecutionStatus;
  /** What was found wrong before anything was done. */
  validations: readonly OperationEvent[];
  hookResults: readonly HookResult[];
}

/** A deleted stack is found by its ARN only. */
export function findStack(account: Account, nameOrId: string): Stack | undefined {
  return account.stacks.findLast(({ name, id, deletedAt }) => id === nameOrId || (name === nameOrId && !deletedAt));
}

/** @throws the ValidationError by which a caller tells that a stack is absent */
export function stackOf(account: Account, nameOrId: string): Stack {
  const stack = findStack(account, nameOrId);
  if (!stack) throw invalid(`Stack with id ${nameOrId} does not exist`);
  return stack;
}

/** @param nameOrId a change set's ARN, or its name where the stack is given too */
export function changeSetOf(account: Account, nameOrId: string, stackName: string | undefined): [Stack, ChangeSet] {
  const byId = nameOrId.startsWith('arn:');
  if (!byId && stackName === undefined) {
    throw invalid('StackName must be specified if ChangeSetName is not specified as an ARN.');
  }
  const stack = byId
    ? account.stacks.find(({ changeSets }) => changeSets.some(({ id }) => id === nameOrId))
    : findStack(account, stackName ?? '');
  if (!stack && !byId) throw invalid(`Stack [${stackName}] does not exist`);
  const changeSet = stack?.changeSets.find(({ id, name }) => (byId ? id : name) === nameOrId);
  if (!stack || !changeSet) throw new Fault('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, 404);
  return [stack, changeSet];
}

/** Whether somebody else changed it since CloudFormation did. */
export function driftStatus({ live, properties }: Resource): 'IN_SYNC' | 'MODIFIED' | 'DELETED' {
  if (live === undefined) return 'IN_SYNC';
  return live === null ? 'DELETED' : isDeepStrictEqual(live, properties) ? 'IN_SYNC' : 'MODIFIED';
}

export const isBusy = (stack: Stack) => stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS';

/** Only these can be updated; a stack whose creation was rolled back can only be deleted. */
export const isUpdatable = ({ status }: Stack) =>
  ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'].includes(status);
