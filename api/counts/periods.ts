/**
 * Weeks, put together by fours: of one district and one week there are seldom enough people to show their number. All
 * campaigns and layers have the same periods, so that no two of them can be held against each other to find one week.
 */

export interface Period {
  /** A Monday, as `2026-11-02`. */
  readonly from: string;
  /** The Sunday at its end. */
  readonly to: string;
}

/** SQL: the day that the period of a week begins with. @param week an expression for a Monday */
export const periodSql = (week: string) => `${week} - (${week} - date '1970-01-05') % 28`;

/** @param from the day that it begins with, as `periodSql` gives it */
export function periodOf(from: string): Period {
  return { from, to: new Date(Date.parse(from) + 27 * 86_400_000).toISOString().slice(0, 10) };
}

/** Whether any day of a period lies between two days; without one of them there is no end on that side. */
export function isWithin({ from, to }: Period, first: string | undefined, last: string | undefined): boolean {
  return (first === undefined || to >= first) && (last === undefined || from <= last);
}
