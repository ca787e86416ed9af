/** Which of the alarms that a stack has have gone off. */
import type { Session } from '../session.ts';

export interface GoneOff {
  readonly name: string;
  /** ISO 8601. */
  readonly since?: string;
  /** CloudWatch's own sentence, with the values. */
  readonly reason: string;
  /** What it means, and what to do. */
  readonly description: string;
}

/** DescribeAlarms takes that many names at once; a stack of ours has some fifteen. */
const namesAtOnce = 100;

export async function alarmsIn(
  session: Session,
  stackId: string,
): Promise<{ readonly watched: number; readonly goneOff: readonly GoneOff[] }> {
  const { aws, signal } = session;
  const { StackResources = [] } = await aws.describeStackResources({ StackName: stackId }, { abortSignal: signal });
  const names = StackResources.flatMap(({ ResourceType, PhysicalResourceId }) =>
    ResourceType === 'AWS::CloudWatch::Alarm' && PhysicalResourceId ? [PhysicalResourceId] : [],
  );
  const goneOff: GoneOff[] = [];
  if (names.length > 0) {
    const cloudWatch = await session.cloudWatch();
    const AlarmNames = names.slice(0, namesAtOnce);
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await cloudWatch.describeAlarms(
        { AlarmNames, StateValue: 'ALARM', ...(token !== undefined && { NextToken: token }) },
        { abortSignal: signal },
      );
      for (const {
        AlarmName = '',
        StateUpdatedTimestamp: since,
        StateReason = '',
        AlarmDescription = '',
      } of page.MetricAlarms ?? [])
        goneOff.push({
          name: AlarmName,
          ...(since && { since: since.toISOString() }),
          reason: StateReason,
          description: AlarmDescription,
        });
      token = page.NextToken;
    }
  }
  return { watched: names.length, goneOff };
}
