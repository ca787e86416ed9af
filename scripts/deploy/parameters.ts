/** Outputs of one stack become parameters of the next. */
import type { CompiledStack } from '../../generator/compile.ts';
import type { Parameter, Stack } from '../aws/cloudformation.ts';
import type { Session } from './session.ts';
import { describe } from './stack-state.ts';

/** What each stack hands on, read once; the stacks of a deploy are set as they finish. */
export class Outputs {
  private readonly known = new Map<string, ReadonlyMap<string, string> | undefined>();
  private readonly session: Session;
  constructor(session: Session) {
    this.session = session;
  }

  /** The account, as the ARN of any stack tells it. */
  account: string | undefined;

  set(stackName: string, stack: Stack | undefined): void {
    this.account ??= stack?.StackId?.split(':')[4];
    const outputs = stack?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const);
    this.known.set(stackName, outputs && new Map(outputs));
  }

  /** @returns undefined where the stack is not deployed */
  async of(stackName: string): Promise<ReadonlyMap<string, string> | undefined> {
    if (!this.known.has(stackName)) this.set(stackName, await describe(this.session, stackName));
    return this.known.get(stackName);
  }
}

/** A parameter whose value is not there: its producer has not been deployed, or not with that output. */
export interface Unknown {
  readonly parameter: string;
  readonly producer: string;
  readonly output: string;
  readonly producerIsDeployed: boolean;
}

export async function parametersOf(
  { parameters }: CompiledStack,
  outputs: Outputs,
): Promise<{ readonly values: readonly Parameter[]; readonly unknown: readonly Unknown[] }> {
  const values: Parameter[] = [];
  const unknown: Unknown[] = [];
  for (const [parameter, { stackName: producer, output }] of Object.entries(parameters)) {
    const handedOn = await outputs.of(producer);
    const value = handedOn?.get(output);
    if (value !== undefined) values.push({ ParameterKey: parameter, ParameterValue: value });
    else unknown.push({ parameter, producer, output, producerIsDeployed: handedOn !== undefined });
  }
  return { values, unknown };
}

/** `VpcId, SubnetIds come from coalition-builder-production-network, which is not deployed yet`, a line a reason. */
export function sayUnknown(unknown: readonly Unknown[]): readonly string[] {
  const reasons = Map.groupBy(unknown, ({ producer, output, producerIsDeployed }) =>
    producerIsDeployed ? `${producer}, which has no output ${output} yet` : `${producer}, which is not deployed yet`,
  );
  return [...reasons].map(([reason, own]) => {
    const names = own.map(({ parameter }) => parameter).join(', ');
    return `${names} ${own.length === 1 ? 'comes' : 'come'} from ${reason}`;
  });
}
