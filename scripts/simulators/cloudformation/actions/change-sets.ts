/** CreateChangeSet, DescribeChangeSet, ListChangeSets, ExecuteChangeSet, DeleteChangeSet. */
import type {
  ChangeSetSummary,
  CreateChangeSetInput,
  CreateChangeSetOutput,
  DeleteChangeSetInput,
  DeleteChangeSetOutput,
  DescribeChangeSetInput,
  DescribeChangeSetOutput,
  ExecuteChangeSetInput,
  ExecuteChangeSetOutput,
  ListChangeSetsInput,
  ListChangeSetsOutput,
  ResourceChange,
} from '@aws-sdk/client-cloudformation';
import { difference } from '../changes.ts';
import { earlyValidation, fullBuckets, nameConflicts } from '../early-validation.ts';
import { execute } from '../execution.ts';
import { Fault, invalid, notSimulated, violates } from '../fault.ts';
import { uuid } from '../identifiers.ts';
import { page } from '../page.ts';
import { recorder } from '../record.ts';
import {
  type Account,
  type ChangeSet,
  changeSetOf,
  type Deployment,
  driftStatus,
  findStack,
  isUpdatable,
  type Stack,
  stackOf,
} from '../state.ts';
import { checkCapabilities } from '../template/capabilities.ts';
import { parameterValues, shown } from '../template/parameters.ts';
import type { Template } from '../template/template.ts';
import { hookFailed, hookResults } from './hooks.ts';
import { bodyOf, readTemplate } from './templates.ts';

const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** The beginning is CloudFormation's; what follows varies. */
const incomplete = '[WARN] --include-property-values option can return incomplete ChangeSet data';

export function createChangeSet(account: Account, input: CreateChangeSetInput): CreateChangeSetOutput {
  const stackName = input.StackName ?? '';
  const name = input.ChangeSetName ?? '';
  checkName('stackName', stackName);
  checkName('changeSetName', name);
  refuseWhatIsNotSimulated(input);
  const type = input.ChangeSetType ?? 'UPDATE';
  const found = findStack(account, stackName);
  const isShell = found?.status === 'REVIEW_IN_PROGRESS';
  if (type === 'CREATE' && found && !isShell) {
    throw invalid(`Stack [${stackName}] already exists and cannot be created again with the changeSet [${name}].`);
  }
  if (type === 'UPDATE' && !found) throw invalid(`Stack [${stackName}] does not exist`);
  if (type === 'UPDATE' && found && !isUpdatable(found)) throw cannotUpdate(found);

  const wanted = deploymentOf(account, input, found);
  checkTypes(found, wanted.template);
  const twin = found?.changeSets.find((other) => other.name === name);
  if (found && twin) {
    // A retry of the same request is answered as the first one was.
    if (input.ClientToken !== undefined && input.ClientToken === twin.clientToken) {
      return { Id: twin.id, StackId: found.id };
    }
    throw new Fault('AlreadyExistsException', `ChangeSet [${name}] already exists`);
  }
  const stack = found ?? newShell(account, stackName);
  const changeSet: ChangeSet = {
    name,
    // The moment is in it, for the same name may be given again once the first has been deleted.
    id: arn(account, 'changeSet', name, stack.id, account.clock.now().getTime()),
    type: type === 'CREATE' ? 'CREATE' : 'UPDATE',
    createdAt: account.clock.now(),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
    ...(input.OnStackFailure !== undefined && { onStackFailure: input.OnStackFailure }),
    importsExisting: input.ImportExistingResources === true,
    revertsDrift: input.DeploymentMode === 'REVERT_DRIFT',
    wanted,
    shownParameters: shown(wanted.template, wanted.parameters),
    changes: [],
    status: 'CREATE_PENDING',
    executionStatus: 'UNAVAILABLE',
    validations: [],
    hookResults: [],
  };
  stack.changeSets.push(changeSet);
  void compute(account, stack, changeSet);
  return { Id: changeSet.id, StackId: stack.id };
}

export function describeChangeSet(account: Account, input: DescribeChangeSetInput): DescribeChangeSetOutput {
  const [stack, changeSet] = changeSetOf(account, input.ChangeSetName ?? '', input.StackName);
  const { wanted } = changeSet;
  const told = input.IncludePropertyValues
    ? changeSet.changes.filter(({ ResourceChange }) => !account.omitting(ResourceChange?.LogicalResourceId ?? ''))
    : changeSet.changes;
  const isIncomplete = told.length < changeSet.changes.length;
  const { items, ...next } = page(
    account,
    told,
    input.NextToken,
    ({ ResourceChange }) => ResourceChange?.LogicalResourceId ?? '',
  );
  return {
    ...summary(stack, changeSet),
    ...(changeSet.revertsDrift && {
      DeploymentMode: 'REVERT_DRIFT' as const,
      StackDriftStatus: [...stack.resources.values()].some((resource) => driftStatus(resource) !== 'IN_SYNC')
        ? ('DRIFTED' as const)
        : ('IN_SYNC' as const),
    }),
    Parameters: [...changeSet.shownParameters],
    Capabilities: [...wanted.capabilities],
    Tags: [...wanted.tags],
    NotificationARNs: [...wanted.notificationArns],
    RollbackConfiguration: wanted.rollback,
    ...(changeSet.onStackFailure && { OnStackFailure: changeSet.onStackFailure }),
    ...(changeSet.importsExisting && { ImportExistingResources: true }),
    ...(input.IncludePropertyValues && isIncomplete && { StatusReason: incomplete }),
    Changes: items.map((change) =>
      input.IncludePropertyValues || !change.ResourceChange
        ? change
        : { ...change, ResourceChange: withoutValues(change.ResourceChange) },
    ),
    ...next,
  };
}

export function listChangeSets(account: Account, input: ListChangeSetsInput): ListChangeSetsOutput {
  const stack = stackOf(account, input.StackName ?? '');
  const { items, ...next } = page(account, stack.changeSets, input.NextToken, ({ id }) => id);
  return { Summaries: items.map((changeSet) => summary(stack, changeSet)), ...next };
}

export function executeChangeSet(account: Account, input: ExecuteChangeSetInput): ExecuteChangeSetOutput {
  const [stack, changeSet] = changeSetOf(account, input.ChangeSetName ?? '', input.StackName);
  if (changeSet.status !== 'CREATE_COMPLETE') {
    throw invalidStatus(
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
    );
  }
  if (changeSet.executionStatus !== 'AVAILABLE') {
    const status = changeSet.executionStatus;
    throw invalidStatus(
      `ChangeSet [${changeSet.id}] cannot be executed in its current execution status of [${status}]`,
    );
  }
  if (changeSet.onStackFailure !== undefined && input.DisableRollback !== undefined) {
    throw invalid('DisableRollback cannot be specified when the change set was created with OnStackFailure.');
  }
  if (stack.status !== 'REVIEW_IN_PROGRESS' && !isUpdatable(stack)) throw cannotUpdate(stack);
  for (const other of stack.changeSets) if (other !== changeSet) other.executionStatus = 'OBSOLETE';
  void execute(account, stack, changeSet, {
    ...(input.ClientRequestToken !== undefined && { token: input.ClientRequestToken }),
    disableRollback: input.DisableRollback === true,
  });
  return {};
}

export function deleteChangeSet(account: Account, input: DeleteChangeSetInput): DeleteChangeSetOutput {
  let found: [Stack, ChangeSet];
  try {
    found = changeSetOf(account, input.ChangeSetName ?? '', input.StackName);
  } catch (error) {
    // What is gone already counts as deleted.
    if (error instanceof Fault && error.code === 'ChangeSetNotFound') return {};
    throw error;
  }
  const [stack, changeSet] = found;
  const busy = [changeSet.status, changeSet.executionStatus].find(
    (s) => s.endsWith('_PENDING') || s.endsWith('_IN_PROGRESS'),
  );
  if (busy) throw invalidStatus(`ChangeSet [${changeSet.id}] cannot be deleted in its current status of [${busy}]`);
  stack.changeSets.splice(stack.changeSets.indexOf(changeSet), 1);
  return {};
}

/** CREATE_PENDING, CREATE_IN_PROGRESS, then CREATE_COMPLETE or FAILED, a step between each. */
async function compute(account: Account, stack: Stack, changeSet: ChangeSet): Promise<void> {
  await account.clock.sleep(account.stepMs);
  changeSet.status = 'CREATE_IN_PROGRESS';
  await account.clock.sleep(account.stepMs);
  try {
    const { changes, isEmpty } = difference(account, stack, changeSet);
    changeSet.changes = changes;
    if (isEmpty) throw invalid(noChanges);
    refuseUnkept(changeSet);
    const conflicts = nameConflicts(account, stack, changes);
    changeSet.validations = [...conflicts, ...fullBuckets(account, stack, changes)];
    if (conflicts.length > 0) throw invalid(earlyValidation);
    changeSet.hookResults = hookResults(account, changeSet, changes);
    if (changeSet.hookResults.some(({ mode }) => mode === 'FAIL')) throw invalid(hookFailed);
    changeSet.status = 'CREATE_COMPLETE';
    if (changeSet.executionStatus === 'UNAVAILABLE') changeSet.executionStatus = 'AVAILABLE';
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    changeSet.status = 'FAILED';
    changeSet.statusReason = error.message;
  }
}

/** What is imported has to outlive a stack whose creation fails after all. */
function refuseUnkept({ changes, wanted }: ChangeSet): void {
  const unkept = changes.flatMap(({ ResourceChange: change }) => {
    const { Action, LogicalResourceId = '', PhysicalResourceId } = change ?? {};
    const policy = wanted.template.Resources[LogicalResourceId]?.DeletionPolicy;
    const isKept = policy === 'Retain' || policy === 'RetainExceptOnCreate';
    return Action === 'Import' && !isKept ? [`${LogicalResourceId} ({${PhysicalResourceId}})`] : [];
  });
  if (unkept.length === 0) return;
  throw invalid(
    `CloudFormation is attempting to import some resources because they already exist in your account. The resources must have the DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate' in the template for successful import. The affected resources are ${unkept.join(', ')}`,
  );
}

function deploymentOf(account: Account, input: CreateChangeSetInput, found: Stack | undefined): Deployment {
  const previous = found?.deployed;
  const body = input.UsePreviousTemplate ? previous?.body : bodyOf(account, input);
  const template = readTemplate(body);
  checkCapabilities(template, input.Capabilities ?? []);
  if ((input.Tags ?? []).length > 50) throw violates('tags', '[…]', 'have length less than or equal to 50');
  const roleArn = input.RoleARN ?? previous?.roleArn;
  return {
    body: body ?? '',
    template,
    parameters: parameterValues(template, input.Parameters ?? [], previous?.parameters),
    capabilities: input.Capabilities ?? [],
    // What is left out stays as it was; an empty list clears it.
    tags: input.Tags ?? previous?.tags ?? [],
    notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
    rollback: input.RollbackConfiguration ?? previous?.rollback ?? {},
    ...(roleArn !== undefined && { roleArn }),
  };
}

function checkTypes(stack: Stack | undefined, template: Template): void {
  const changed = [...(stack?.resources.values() ?? [])]
    .filter(({ logicalId, type }) => (template.Resources[logicalId]?.Type ?? type) !== type)
    .map(({ logicalId }) => logicalId);
  if (changed.length > 0) {
    throw invalid(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(', ')}]`,
    );
  }
}

function refuseWhatIsNotSimulated(input: CreateChangeSetInput): void {
  if (input.ChangeSetType === 'IMPORT' || input.ResourcesToImport) {
    throw notSimulated('change sets of type IMPORT; ImportExistingResources it does');
  }
  if (input.DeploymentMode && input.ChangeSetType === 'CREATE') {
    throw invalid('DeploymentMode REVERT_DRIFT can only be specified for change sets of type UPDATE.');
  }
  if (input.DeploymentConfig) throw notSimulated('express deployments');
  if (input.ResourceTypes) throw notSimulated('ResourceTypes');
  if (input.OnStackFailure === 'DELETE' && input.ChangeSetType !== 'CREATE') {
    throw invalid('OnStackFailure DELETE can only be specified for change sets of type CREATE.');
  }
}

function newShell(account: Account, name: string): Stack {
  const stack: Stack = {
    name,
    id: arn(account, 'stack', name, account.stacks.filter((other) => other.name === name).length),
    createdAt: account.clock.now(),
    status: 'REVIEW_IN_PROGRESS',
    resources: new Map(),
    outputs: [],
    terminationProtection: false,
    changeSets: [],
    events: [],
    operations: [],
  };
  account.stacks.push(stack);
  recorder(account, stack, 'CREATE_CHANGESET').stack('REVIEW_IN_PROGRESS', 'User Initiated');
  return stack;
}

function summary(stack: Stack, changeSet: ChangeSet): ChangeSetSummary {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: changeSet.createdAt,
    Status: changeSet.status,
    ExecutionStatus: changeSet.executionStatus,
    ...(changeSet.statusReason !== undefined && { StatusReason: changeSet.statusReason }),
    ...(changeSet.description !== undefined && { Description: changeSet.description }),
    IncludeNestedStacks: false,
  };
}

function withoutValues({ BeforeContext: _, AfterContext: __, ...change }: ResourceChange): ResourceChange {
  return {
    ...change,
    Details: (change.Details ?? []).map(({ Target, ...detail }) => {
      const {
        BeforeValue: _before,
        AfterValue: _after,
        Path: _path,
        AttributeChangeType: _type,
        Drift: _drift,
        ...target
      } = Target ?? {};
      return { ...detail, Target: target };
    }),
  };
}

function checkName(member: string, name: string): void {
  if (name.startsWith('arn:aws:cloudformation:')) return;
  const pattern = '[a-zA-Z][-a-zA-Z0-9]*';
  if (!new RegExp(`^${pattern}$`).test(name)) {
    throw violates(member, name, `satisfy regular expression pattern: ${pattern}`);
  }
  if (name.length > 128) throw violates(member, name, 'have length less than or equal to 128');
}

function arn({ region, id }: Account, kind: 'stack' | 'changeSet', name: string, ...seed: (string | number)[]): string {
  return `arn:aws:cloudformation:${region}:${id}:${kind}/${name}/${uuid(kind, name, ...seed)}`;
}

const invalidStatus = (message: string) => new Fault('InvalidChangeSetStatus', message);
const cannotUpdate = ({ id, status }: Stack) => invalid(`Stack:${id} is in ${status} state and can not be updated.`);
