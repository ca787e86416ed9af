/** A name that is taken, and by what it is freed or taken over. Pure. */
import type { TemplateFacts } from '../../plan/changes.ts';
import type { Session } from '../session.ts';
import { deployOf } from './ways-out.ts';

export interface Conflict {
  readonly logicalId: string;
  readonly type: string;
  /** `Resource of type 'AWS::S3::Bucket' with identifier 'x' already exists.` */
  readonly reason: string;
}

/** By type, what deletes it; for what is not said here, a person knows better. */
const deletions: Readonly<Record<string, (name: string) => string>> = {
  'AWS::Logs::LogGroup': (name) => `aws logs delete-log-group --log-group-name ${name}`,
  'AWS::CloudWatch::Alarm': (name) => `aws cloudwatch delete-alarms --alarm-names ${name}`,
  'AWS::CloudWatch::Dashboard': (name) => `aws cloudwatch delete-dashboards --dashboard-names ${name}`,
  'AWS::Lambda::Function': (name) => `aws lambda delete-function --function-name ${name}`,
  'AWS::ECS::Cluster': (name) => `aws ecs delete-cluster --cluster ${name}`,
};

/** A line for each way: CloudFormation takes over what the template retains, and only that. */
export function adviceOn(
  session: Pick<Session, 'name' | 'importsExisting'>,
  conflicts: readonly Conflict[],
  facts: ReadonlyMap<string, TemplateFacts>,
): readonly string[] {
  const isKept = ({ logicalId }: Conflict) => facts.get(logicalId)?.deletionPolicy?.startsWith('Retain') === true;
  const kept = conflicts.filter(isKept).map(({ logicalId }) => logicalId);
  const takeOver =
    kept.length > 0 && !session.importsExisting
      ? [`Take over ${kept.join(', ')}, with what is in it, as it is: ${deployOf(session)} --import-existing`]
      : [];
  const free = conflicts
    .filter((conflict) => !isKept(conflict))
    .flatMap(({ logicalId, type, reason }) => {
      const name = /identifier '([^']+)'/.exec(reason)?.[1];
      const command = name === undefined ? undefined : deletions[type]?.(name);
      return command ? [`Free the name of ${logicalId}, if nobody needs what has it: ${command}`] : [];
    });
  return [...takeOver, ...free];
}
