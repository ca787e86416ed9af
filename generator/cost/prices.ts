/** What AWS charges: one dated file, each price with its unit and where it was read. */
import file from './prices/us-east-1.json' with { type: 'json' };

export interface Price {
  /** Whose line on the bill it is: `RDS`. */
  readonly service: string;
  readonly usd: number;
  /** What one of it is: `instance-hour`, `GB-month`, `million requests`. */
  readonly per: string;
  readonly source: string;
  /** Only the platform that this one replaces is billed for it. */
  readonly legacy?: boolean;
}

export interface Allowance {
  /** The prices, all of one unit, of which so much a month costs nothing; for good, not for a new account's first year. */
  readonly prices: readonly string[];
  /** In the unit of the prices, an account and month. */
  readonly quantity: number;
  readonly source: string;
}

export interface PriceList {
  readonly region: string;
  /** The day on which the prices were read: `2026-08-21`. */
  readonly asOf: string;
  readonly prices: Readonly<Record<string, Price>>;
  readonly allowances: readonly Allowance[];
}

export const prices: PriceList = file;

/** After so many days somebody should read them again. */
export const daysUntilStale = 180;

/** @param today like `2026-11-25`; the generator knows no clock */
export function ageInDays({ asOf }: PriceList, today: string): number {
  return Math.floor((Date.parse(today) - Date.parse(asOf)) / 86_400_000);
}
