/**
 * The service model of CloudFormation as the SDK ships it: which members a shape has, of which type, and which must be
 * there. The simulator reads requests and writes answers by it, so that it cannot say what the service could not.
 */
import {
  CancelUpdateStack$,
  ContinueUpdateRollback$,
  CreateChangeSet$,
  DeleteChangeSet$,
  DeleteStack$,
  DescribeChangeSet$,
  DescribeEvents$,
  DescribeStackDriftDetectionStatus$,
  DescribeStackEvents$,
  DescribeStackResource$,
  DescribeStackResourceDrifts$,
  DescribeStackResources$,
  DescribeStacks$,
  DetectStackDrift$,
  ExecuteChangeSet$,
  GetHookResult$,
  GetStackPolicy$,
  GetTemplate$,
  GetTemplateSummary$,
  ListChangeSets$,
  ListHookResults$,
  ListStackResources$,
  ListStacks$,
  RollbackStack$,
  SetStackPolicy$,
  UpdateTerminationProtection$,
  ValidateTemplate$,
} from '@aws-sdk/client-cloudformation';

type Operation = typeof CreateChangeSet$;
type SchemaRef = Operation[4];

/** The operations that are simulated, by their name on the wire. */
export const operations = {
  CancelUpdateStack: CancelUpdateStack$,
  ContinueUpdateRollback: ContinueUpdateRollback$,
  CreateChangeSet: CreateChangeSet$,
  DeleteChangeSet: DeleteChangeSet$,
  DeleteStack: DeleteStack$,
  DescribeChangeSet: DescribeChangeSet$,
  DescribeEvents: DescribeEvents$,
  DescribeStackDriftDetectionStatus: DescribeStackDriftDetectionStatus$,
  DescribeStackEvents: DescribeStackEvents$,
  DescribeStackResource: DescribeStackResource$,
  DescribeStackResourceDrifts: DescribeStackResourceDrifts$,
  DescribeStackResources: DescribeStackResources$,
  DescribeStacks: DescribeStacks$,
  DetectStackDrift: DetectStackDrift$,
  ExecuteChangeSet: ExecuteChangeSet$,
  GetHookResult: GetHookResult$,
  GetStackPolicy: GetStackPolicy$,
  GetTemplate: GetTemplate$,
  GetTemplateSummary: GetTemplateSummary$,
  ListChangeSets: ListChangeSets$,
  ListHookResults: ListHookResults$,
  ListStackResources: ListStackResources$,
  ListStacks: ListStacks$,
  RollbackStack: RollbackStack$,
  SetStackPolicy: SetStackPolicy$,
  UpdateTerminationProtection: UpdateTerminationProtection$,
  ValidateTemplate: ValidateTemplate$,
} satisfies Record<string, Operation>;

export type Action = keyof typeof operations;

export type Shape =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'time' }
  | { readonly kind: 'list'; readonly member: Shape }
  | { readonly kind: 'structure'; readonly name: string; members(): ReadonlyMap<string, Member> };

interface Member {
  readonly shape: Shape;
  readonly required: boolean;
}

export const inputOf = (action: Action): Shape => shapeOf(operations[action][4]);
export const outputOf = (action: Action): Shape => shapeOf(operations[action][5]);

/**
 * The SDK's schemas are tuples that open with their kind: 3 a structure, 1 a list, 0 a renamed simple type; a bare number
 * is a simple type (0 string, 1 number, 2 boolean, 4 to 7 times), and 64 added to it makes a list of those.
 */
function shapeOf(ref: SchemaRef | unknown): Shape {
  const schema: unknown = typeof ref === 'function' ? ref() : ref;
  // The input of an operation without any is the word "unit".
  if (schema === 'unit') return { kind: 'structure', name: 'Unit', members: () => new Map() };
  if (typeof schema === 'number') {
    if (schema >= 64 && schema < 128) return { kind: 'list', member: shapeOf(schema - 64) };
    const kind = (['string', 'number', 'boolean', undefined, 'time', 'time', 'time', 'time'] as const)[schema];
    if (kind) return { kind };
  }
  if (Array.isArray(schema)) {
    if (schema[0] === 0) return shapeOf(schema[4]);
    if (schema[0] === 1) return { kind: 'list', member: shapeOf(schema[4]) };
    if (schema[0] === 3 || schema[0] === -3) return structure(schema);
  }
  throw new Error(`The SDK describes a shape in a way this simulator cannot read: ${JSON.stringify(schema)}`);
}

function structure(schema: readonly unknown[]): Shape {
  const [, , name, , names, types, required = 0] = schema as [3, string, string, unknown, string[], unknown[], number?];
  return {
    kind: 'structure',
    name,
    // Lazy, for shapes contain each other. The required members come first.
    members: () =>
      new Map(names.map((member, index) => [member, { shape: shapeOf(types[index]), required: index < required }])),
  };
}
