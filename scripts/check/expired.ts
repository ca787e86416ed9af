/** What was to last until a day that is over. The generator knows no clock, so that nothing changes by waiting. */
import { environments } from '../../environments/index.ts';
import type { Checker, Finding } from './checker.ts';

export const expired: Checker = {
  name: 'expired',
  subject: 'what environments/ allows until a day',
  remedy: 'Take it out, or give it another day and say why.',
  check: async () => overdue(environments, new Date().toISOString().slice(0, 10)),
};

type Dated = Pick<typeof environments, 'development' | 'staging' | 'production'>;

/** @param today like `2030-01-31`, in UTC; the day itself still counts */
export function overdue(all: Dated, today: string): readonly Finding[] {
  const { account } = all.production;
  const tiers = [...new Set(Object.values(all).map(({ tier }) => tier))];
  const dated = [
    ...account.allowedChanges.map(({ stack, resource, change, until }) => ({
      where: 'environments/account.ts',
      what: `allowedChanges: ${stack} may ${change} ${resource}`,
      until,
    })),
    ...account.ignoredDrift.map(({ stack, resource, property, until }) => ({
      where: 'environments/account.ts',
      what: `ignoredDrift: ${property} of ${resource} in ${stack}`,
      until,
    })),
    ...tiers.flatMap(({ name, database: { queryLogging } }) =>
      queryLogging
        ? [{ where: `environments/tiers/${name}.ts`, what: 'database.queryLogging', until: queryLogging.until }]
        : [],
    ),
  ];
  return dated
    .filter(({ until }) => until < today)
    .map(({ where, what, until }) => ({ where, message: `${what} was to end on ${until}` }));
}
