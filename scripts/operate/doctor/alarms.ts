/** Whether every alarm of the templates is there and quiet, and says what to do when it is not. */
import type { Environment } from '../../../environments/index.ts';
import type { MetricAlarm } from '../../aws/cloudwatch.ts';
import type { Session } from '../../deploy/session.ts';
import { alarmsIn } from '../alarms.ts';
import { deadLink, runbookOf } from '../runbooks.ts';
import { Finding, type Found } from './examination.ts';

export async function alarmsOf(session: Session, environment: Environment): Promise<Found<readonly MetricAlarm[]>> {
  const wanted = alarmsIn(environment).map(({ name }) => name);
  const cloudWatch = await session.cloudWatch();
  const found = new Map<string | undefined, MetricAlarm>();
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await cloudWatch.describeAlarms(
      { AlarmNames: wanted, ...(token !== undefined && { NextToken: token }) },
      { abortSignal: session.signal },
    );
    for (const alarm of page.MetricAlarms ?? []) found.set(alarm.AlarmName, alarm);
    token = page.NextToken;
  }
  const faults = wanted.flatMap((name) => {
    const alarm = found.get(name);
    if (!alarm) return [`${name} is not there`];
    return alarm.ActionsEnabled === false || !alarm.AlarmActions?.length ? [`${name} tells nobody`] : [];
  });
  if (faults.length > 0)
    throw new Finding(
      `${faults.join(', ')}.`,
      `Deploy them again: npm run deploy -- ${environment.name} --stack monitoring`,
    );
  return { found: `${wanted.length}, each with a topic to tell`, value: [...found.values()] };
}

export async function noneRinging(alarms: readonly MetricAlarm[]): Promise<Found<true>> {
  const ringing = alarms.filter(({ StateValue }) => StateValue === 'ALARM');
  const without = alarms.filter(({ StateValue }) => StateValue === 'INSUFFICIENT_DATA').length;
  if (ringing.length === 0)
    return { found: without === 0 ? 'all of them' : `all; ${without} have no data yet`, value: true };
  const said = ringing.map(
    ({ AlarmName, StateTransitionedTimestamp, StateUpdatedTimestamp }) =>
      `${AlarmName} since ${(StateTransitionedTimestamp ?? StateUpdatedTimestamp)?.toISOString() ?? 'some time'}`,
  );
  throw new Finding(
    `${said.join(', ')}.`,
    ringing
      .map(({ AlarmDescription = '' }) => {
        const place = runbookOf(AlarmDescription);
        return place ? `${place.file}#${place.heading}` : AlarmDescription;
      })
      .join('\n'),
  );
}

export async function runbooksOf(alarms: readonly MetricAlarm[]): Promise<Found<true>> {
  const dead = await Promise.all(
    alarms.map(async ({ AlarmName, AlarmDescription = '' }) => {
      const why = await deadLink(AlarmDescription);
      return why === undefined ? [] : [`${AlarmName} ${why}`];
    }),
  );
  const faults = dead.flat();
  if (faults.length > 0)
    throw new Finding(
      `${faults.join('; ')}.`,
      'The description in generator/resources/watches.ts and its runbook have to agree; deploy the stack monitoring afterwards.',
    );
  return { found: `each of ${alarms.length} alarms leads to a heading that is there`, value: true };
}
