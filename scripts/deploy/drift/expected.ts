/** Drift that is none: what AWS or a verb of ours changes by design, and what somebody said is to be ignored. Pure. */
import type { Change, ValueChange } from '../../plan/plan.ts';

/** What environments/account.ts ignores: a property with all that is below it, until a day like 2030-01-31. */
export interface IgnoredDrift {
  readonly stack: string;
  readonly resource: string;
  readonly property: string;
  readonly until: string;
  readonly reason: string;
}

interface ByDesign {
  readonly type: string;
  readonly path: string;
  /** @param is by now @param was as it was deployed */
  holds(is: string, was: string): boolean;
  readonly why: string;
}

const byDesign: readonly ByDesign[] = [
  {
    type: 'AWS::Lambda::Alias',
    path: 'FunctionVersion',
    holds: () => true,
    why: 'a rollback moves the alias, and the next deploy moves it on',
  },
  {
    type: 'AWS::RDS::DBInstance',
    path: 'AllocatedStorage',
    // maxAllocatedStorageGB lets it; CloudFormation would try to shrink it, and fail.
    holds: (is, was) => Number(is) > Number(was),
    why: 'the storage grows by itself, and never shrinks',
  },
  {
    type: 'AWS::RDS::DBInstance',
    path: 'EngineVersion',
    holds: (is, was) => is.startsWith(`${was}.`),
    why: 'RDS installs minor versions by itself',
  },
];

export interface Sifted {
  /** Without what is expected; those of which nothing else is left are gone. */
  readonly changes: readonly Change[];
  /** A sentence for each value that was left out. */
  readonly notes: readonly string[];
}

/** @param today as 2030-01-31, in UTC; the last day still counts */
export function withoutExpected(
  stackName: string,
  changes: readonly Change[],
  ignored: readonly IgnoredDrift[],
  today: string,
): Sifted {
  const notes: string[] = [];
  const own = ignored.filter(({ stack, until }) => stack === stackName && until >= today);
  const left = changes.flatMap((change) => {
    const values = change.values.filter((value) => {
      const why = reasonFor(change, value, own);
      if (why !== undefined) notes.push(`${change.logicalId} ${value.path} ${sayMove(value)}: ${why}.`);
      return why === undefined;
    });
    if (values.length === change.values.length) return [change];
    return values.length > 0 ? [{ ...change, values }] : [];
  });
  return { changes: left, notes };
}

function reasonFor(
  change: Change,
  { path, before, after, deployed = after }: ValueChange,
  own: readonly IgnoredDrift[],
) {
  const designed = byDesign.find(
    ({ type, path: wanted, holds }) => type === change.type && wanted === path && holds(before ?? '', deployed ?? ''),
  );
  if (designed) return designed.why;
  const entry = own.find(
    ({ resource, property }) =>
      resource === change.logicalId &&
      (path === property || ['.', '['].some((sign) => path.startsWith(property + sign))),
  );
  return entry && `ignored until ${entry.until}, ${entry.reason}`;
}

const sayMove = ({ before = '(none)', after, deployed = after }: ValueChange) =>
  `is ${before}, deployed as ${deployed ?? '(none)'}`;
