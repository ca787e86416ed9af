/** DetectStackDrift, DescribeStackDriftDetectionStatus, DescribeStackResourceDrifts. */
import type {
  DescribeStackDriftDetectionStatusInput,
  DescribeStackDriftDetectionStatusOutput,
  DescribeStackResourceDriftsInput,
  DescribeStackResourceDriftsOutput,
  DetectStackDriftInput,
  DetectStackDriftOutput,
  PropertyDifference,
  StackResourceDrift,
} from '@aws-sdk/client-cloudformation';
import { changedProperties, text } from '../changes.ts';
import { invalid } from '../fault.ts';
import { uuid } from '../identifiers.ts';
import { page } from '../page.ts';
import { type Account, driftStatus, isBusy, type Resource, type Stack, stackOf } from '../state.ts';

export function detectStackDrift(account: Account, input: DetectStackDriftInput): DetectStackDriftOutput {
  const stack = stackOf(account, input.StackName ?? '');
  if (isBusy(stack) || stack.status === 'REVIEW_IN_PROGRESS') {
    throw invalid(`Drift detection cannot be performed on stack [${stack.id}] while it is in ${stack.status} state.`);
  }
  const id = uuid('detection', stack.id, account.detections.size);
  account.detections.set(id, { stackId: stack.id, startedAt: account.clock.now(), status: 'DETECTION_IN_PROGRESS' });
  void detect(account, stack, id);
  return { StackDriftDetectionId: id };
}

async function detect(account: Account, stack: Stack, id: string): Promise<void> {
  await account.clock.sleep(account.stepMs);
  const detection = account.detections.get(id);
  if (detection) detection.status = 'DETECTION_COMPLETE';
  stack.driftCheckedAt = account.clock.now();
}

export function describeStackDriftDetectionStatus(
  account: Account,
  input: DescribeStackDriftDetectionStatusInput,
): DescribeStackDriftDetectionStatusOutput {
  const id = input.StackDriftDetectionId ?? '';
  const detection = account.detections.get(id);
  if (!detection) throw invalid(`Drift detection with id ${id} does not exist`);
  const { stackId: StackId, startedAt: Timestamp, status: DetectionStatus } = detection;
  const around = { StackId, StackDriftDetectionId: id, DetectionStatus, Timestamp };
  if (DetectionStatus === 'DETECTION_IN_PROGRESS') return around;
  const drifted = driftedResources(stackOf(account, StackId));
  return {
    ...around,
    StackDriftStatus: drifted.length > 0 ? 'DRIFTED' : 'IN_SYNC',
    DriftedStackResourceCount: drifted.length,
  };
}

export function describeStackResourceDrifts(
  account: Account,
  input: DescribeStackResourceDriftsInput,
): DescribeStackResourceDriftsOutput {
  const stack = stackOf(account, input.StackName ?? '');
  const { driftCheckedAt } = stack;
  const filters = input.StackResourceDriftStatusFilters ?? [];
  // Nothing is told of a stack whose drift was never looked for.
  const drifts = driftCheckedAt
    ? [...stack.resources.values()].map((resource) => describe(stack, resource, driftCheckedAt))
    : [];
  const wanted = drifts.filter(({ StackResourceDriftStatus: status }) => {
    return filters.length === 0 || (status !== undefined && filters.includes(status));
  });
  const { items, ...next } = page(account, wanted, input.NextToken, ({ LogicalResourceId = '' }) => LogicalResourceId);
  return { StackResourceDrifts: items, ...next };
}

const driftedResources = (stack: Stack) =>
  [...stack.resources.values()].filter((resource) => driftStatus(resource) !== 'IN_SYNC');

function describe({ id }: Stack, resource: Resource, Timestamp: Date): StackResourceDrift {
  const { logicalId, physicalId, type, properties, live } = resource;
  return {
    StackId: id,
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ExpectedProperties: JSON.stringify(properties),
    ...(live !== null && { ActualProperties: JSON.stringify(live ?? properties) }),
    PropertyDifferences: live ? changedProperties(properties, live).map((name) => difference(resource, name)) : [],
    StackResourceDriftStatus: driftStatus(resource),
    Timestamp,
  };
}

function difference({ properties, live }: Resource, name: string): PropertyDifference {
  const [expected, is] = [properties[name], live?.[name]];
  return {
    PropertyPath: `/${name}`,
    ExpectedValue: expected === undefined ? 'null' : text(expected),
    ActualValue: is === undefined ? 'null' : text(is),
    DifferenceType: expected === undefined ? 'ADD' : is === undefined ? 'REMOVE' : 'NOT_EQUAL',
  };
}
