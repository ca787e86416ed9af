/**
 * What no change set carries: termination protection, and the stack policy by which CloudFormation itself refuses to
 * replace or delete what holds data. Both are looked after also where there was nothing to do.
 */
import type { Stack } from '../aws/cloudformation.ts';
import type { Change } from '../plan/plan.ts';
import type { Deployable } from './release.ts';
import type { Session } from './session.ts';

const allowAll = { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' };
const keepData = {
  Effect: 'Deny',
  Action: ['Update:Replace', 'Update:Delete'],
  Principal: '*',
  Resource: '*',
  Condition: {
    StringEquals: {
      ResourceType: [
        'AWS::DynamoDB::Table',
        'AWS::ECR::Repository',
        'AWS::RDS::DBInstance',
        'AWS::S3::Bucket',
        'AWS::SecretsManager::Secret',
      ],
    },
  },
};

export async function protect(
  { aws, say }: Session,
  { protection, stateful }: Deployable,
  { StackId = '', ...stack }: Stack,
): Promise<void> {
  if ((stack.EnableTerminationProtection ?? false) !== protection) {
    await aws.updateTerminationProtection({ StackName: StackId, EnableTerminationProtection: protection });
    say(`  termination protection of ${stack.StackName} is now ${protection ? 'on' : 'off'}`);
  }
  // It cannot be taken away, only replaced; set every time, it needs no permission to read it.
  if (stateful) await aws.setStackPolicy({ StackName: StackId, StackPolicyBody: policyOf(protection) });
}

/**
 * Where something was allowed to be replaced or removed, CloudFormation has to be let.
 * @returns puts the policy back, whatever became of the deployment
 */
export async function liftPolicy(
  { aws, say }: Session,
  { stackName, stateful, protection }: Deployable,
  stackId: string,
  changes: readonly Change[],
): Promise<() => Promise<void>> {
  if (!stateful || !protection || changes.every(({ allowed }) => !allowed)) return async () => {};
  await aws.setStackPolicy({ StackName: stackId, StackPolicyBody: policyOf(false) });
  return async () => {
    try {
      await aws.setStackPolicy({ StackName: stackId, StackPolicyBody: policyOf(true) });
    } catch (error) {
      // The deployment's own end is the news; the next deploy sets it again.
      const why = error instanceof Error ? error.message : String(error);
      say(`The stack policy of ${stackName} could not be put back (${why}); deploy again to set it.`);
    }
  };
}

const policyOf = (protection: boolean) => JSON.stringify({ Statement: protection ? [allowAll, keepData] : [allowAll] });
