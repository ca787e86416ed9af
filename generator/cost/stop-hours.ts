/** How much of a week a database is awake, from the schedules that stand beside it. */
import type { Place } from '../platform/platform.ts';
import { UnknownUse } from './meter.ts';

const minutesPerDay = 24 * 60;
const week = 7 * minutesPerDay;
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** @param places those of the database's stack @returns 1 where nothing stops it */
export function shareOfWeek(places: readonly Place[]): number {
  const schedules = places.filter(({ type }) => type === 'AWS::Scheduler::Schedule');
  const at = (action: string) =>
    schedules
      .filter(({ properties }) => JSON.stringify(properties.Target).includes(`rds:${action}DBInstance`))
      .flatMap(({ properties }) => minutes(String(properties.ScheduleExpression)));
  const [starts, stops] = [at('start'), at('stop')];
  if (stops.length === 0) return 1;
  const events = [
    ...starts.map((minute) => ({ minute, awake: true })),
    ...stops.map((minute) => ({ minute, awake: false })),
  ].sort((a, b) => a.minute - b.minute);
  let awake = events.at(-1)?.awake ?? true;
  let [since, total] = [0, 0];
  for (const event of events) {
    if (awake) total += event.minute - since;
    awake = event.awake;
    since = event.minute;
  }
  if (awake) total += week - since;
  return total / week;
}

/** `cron(30 7 ? * MON-FRI *)`, as minutes of the week. */
function minutes(expression: string): readonly number[] {
  const [, minute, hour, on = ''] = /^cron\((\d+) (\d+) \? \* (\S+) \*\)$/.exec(expression) ?? [];
  if (minute === undefined) throw new UnknownUse(`when ${expression} is has not been worked out`);
  const [from = '', to = from] = on === '*' ? ['SUN', 'SAT'] : on.split('-');
  const [first, last] = [days.indexOf(from), days.indexOf(to)];
  if (first < 0 || last < first) throw new UnknownUse(`when ${expression} is has not been worked out`);
  return days
    .slice(first, last + 1)
    .map((_, index) => (first + index) * minutesPerDay + Number(hour) * 60 + Number(minute));
}
