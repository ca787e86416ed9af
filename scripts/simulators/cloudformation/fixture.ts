/** What the tests of the simulator share: one of them, on a clock that stands still, and the SDK's client for it. */
import { CloudFormation, type CreateChangeSetCommandInput } from '@aws-sdk/client-cloudformation';
import { manualClock } from './clock.ts';
import { type SimulatorOptions, startSimulator } from './simulator.ts';

export const stepMs = 10;

export async function simulate(options: SimulatorOptions = {}) {
  const clock = manualClock();
  const simulator = await startSimulator({ clock, stepMs, ...options });
  const aws = clientOf(simulator.url);
  /** Long enough for everything that is under way. */
  const settle = () => clock.advance(1000 * stepMs);
  let made = 0;
  const create = async (
    StackName: string,
    template: object | string,
    more: Partial<CreateChangeSetCommandInput> = {},
  ) => {
    const { Id = '', StackId = '' } = await aws.createChangeSet({
      StackName,
      ChangeSetName: `changes-${++made}`,
      ChangeSetType: 'CREATE',
      TemplateBody: typeof template === 'string' ? template : JSON.stringify(template),
      ...more,
    });
    await settle();
    return { ChangeSetName: Id, StackName: StackId };
  };
  return {
    url: simulator.url,
    tamper: simulator.tamper,
    aws,
    clock,
    settle,
    /** Creates a change set, and waits until it is made. */
    create,
    /** Creates a change set, executes it, and waits until the stack rests. @returns the stack's ARN */
    async deploy(StackName: string, template: object | string, more: Partial<CreateChangeSetCommandInput> = {}) {
      const changeSet = await create(StackName, template, more);
      await aws.executeChangeSet({ ChangeSetName: changeSet.ChangeSetName });
      await settle();
      return changeSet.StackName;
    },
    async stack(StackName: string) {
      const { Stacks = [] } = await aws.describeStacks({ StackName });
      const [stack] = Stacks;
      if (!stack) throw new Error(`${StackName} is not described`);
      return stack;
    },
    /** Every event, oldest first, as `Logical STATUS`. */
    async events(StackName: string) {
      const events: string[] = [];
      for (let token: string | undefined, more = true; more; more = token !== undefined) {
        const page = await aws.describeStackEvents({ StackName, ...(token && { NextToken: token }) });
        events.push(...(page.StackEvents ?? []).map((e) => `${e.LogicalResourceId} ${e.ResourceStatus}`));
        token = page.NextToken;
      }
      return events.reverse();
    },
    /** Every page of a change set's changes. */
    async changes(ChangeSetName: string, IncludePropertyValues = false) {
      const changes = [];
      for (let token: string | undefined, more = true; more; more = token !== undefined) {
        const page = await aws.describeChangeSet({
          ChangeSetName,
          IncludePropertyValues,
          ...(token && { NextToken: token }),
        });
        changes.push(...(page.Changes ?? []).map(({ ResourceChange }) => ResourceChange ?? {}));
        token = page.NextToken;
      }
      return changes;
    },
    async [Symbol.asyncDispose]() {
      aws.destroy();
      await simulator.stop();
    },
  };
}

export function clientOf(
  endpoint: string,
  accessKeyId = 'test',
  more: { readonly maxAttempts?: number } = {},
): CloudFormation {
  const credentials = { accessKeyId, secretAccessKey: 'test' };
  return new CloudFormation({ endpoint, region: 'us-east-1', credentials, ...more });
}

export const topic = { Type: 'AWS::SNS::Topic' };
export const oneTopic = { Resources: { Topic: topic } };

/** A bucket whose name is the parameter. */
export const namedBucket = {
  Parameters: { Name: { Type: 'String' } },
  Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Name' } } } },
  Outputs: { Name: { Value: { Ref: 'Bucket' } } },
};

export const parameters = (values: Record<string, string>) =>
  Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
