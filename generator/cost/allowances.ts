/** What AWS never bills an account for, taken off its bill. What only a new account gets for a while is not counted. */
import { type CostLine, sum } from './monthly-cost.ts';
import type { PriceList } from './prices.ts';

export interface Deduction {
  readonly service: string;
  /** What is free, and where that stands. */
  readonly source: string;
  /** USD a month; not negative. */
  readonly monthlyUSD: number;
}

/** @param lines of the whole account: an allowance is an account's */
export function deductions(lines: readonly CostLine[], { allowances, prices }: PriceList): readonly Deduction[] {
  return allowances.flatMap(({ prices: keys, quantity, source }) => {
    const own = lines.filter(({ price }) => keys.includes(price));
    const used = own.reduce((total, line) => total + line.quantity, 0);
    if (used === 0) return [];
    const monthlyUSD = sum(own) * Math.min(1, quantity / used);
    return [{ service: prices[keys[0] ?? '']?.service ?? '', source, monthlyUSD }];
  });
}
