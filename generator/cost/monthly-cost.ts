/**
 * What the templates cost in a month: each resource is metered by what its template says of it, at the workload given,
 * at the prices given. What cannot be priced is named, never guessed. Pure: no clock, no files, no network.
 */
import type { TemplateDocument } from '../cloudformation/read-yaml.ts';
import { type Place, type Platform, platformOf } from '../platform/platform.ts';
import { free } from './free.ts';
import { type Charge, type Meter, UnknownUse, type Use } from './meter.ts';
import { compute } from './meters/compute.ts';
import { data } from './meters/data.ts';
import { delivery } from './meters/delivery.ts';
import { network } from './meters/network.ts';
import { watching } from './meters/watching.ts';
import type { PriceList } from './prices.ts';
import type { Workload } from './workload.ts';

export interface CostLine {
  /** `tiers/production/database.yaml` */
  readonly path: string;
  /** The resource's logical id. */
  readonly resource: string;
  readonly type: string;
  /** Whose line on the bill: `RDS`. */
  readonly service: string;
  /** For a person: `db.t3.small`. */
  readonly what: string;
  /** The key of the price. */
  readonly price: string;
  /** In `unit`. */
  readonly quantity: number;
  readonly unit: string;
  readonly unitUSD: number;
  /** USD a month. */
  readonly monthlyUSD: number;
  /** Where the price was read. */
  readonly source: string;
}

export interface Unpriced {
  readonly path: string;
  readonly resource: string;
  readonly type: string;
  readonly why: string;
}

export interface MonthlyCost {
  readonly lines: readonly CostLine[];
  readonly unpriced: readonly Unpriced[];
  /** USD, of the lines, before what AWS never bills for. */
  readonly totalUSD: number;
}

const meters: Readonly<Record<string, Meter>> = { ...compute, ...data, ...delivery, ...network, ...watching };

/** @param templates by path relative to `templates/` */
export function monthlyCost(
  templates: ReadonlyMap<string, TemplateDocument>,
  workload: Workload,
  prices: PriceList,
): MonthlyCost {
  const platform = platformOf(templates);
  return costOf(platform.places, platform, workload, prices);
}

/**
 * What one stack costs with another template in its place, resource by resource.
 * @param templates the platform around it, where the stack's own path may be missing
 */
export function stackCost(
  path: string,
  template: TemplateDocument,
  templates: ReadonlyMap<string, TemplateDocument>,
  workload: Workload,
  prices: PriceList,
): MonthlyCost {
  const platform = platformOf(new Map([...templates, [path, template]]));
  const stack = platform.stacks.find((each) => each.path === path);
  if (!stack) throw new Error(`${path} is no stack.`);
  return costOf(
    platform.places.filter((place) => place.stack === stack),
    platform,
    workload,
    prices,
  );
}

function costOf(places: readonly Place[], platform: Platform, workload: Workload, prices: PriceList): MonthlyCost {
  const results = places.map((place) => priced(place, { platform, workload }, prices));
  const lines = results.flatMap((result) => result.lines);
  return { lines, unpriced: results.flatMap((result) => result.unpriced), totalUSD: sum(lines) };
}

export function sum(lines: readonly { readonly monthlyUSD: number }[]): number {
  return lines.reduce((total, { monthlyUSD }) => total + monthlyUSD, 0);
}

function priced(place: Place, use: Use, prices: PriceList): Omit<MonthlyCost, 'totalUSD'> {
  const { id: resource, type } = place;
  const { path } = place.stack;
  const unpriced = (why: string) => ({ path, resource, type, why });
  const meter = meters[type];
  if (!meter) return { lines: [], unpriced: type in free ? [] : [unpriced('nothing here knows what it costs')] };
  try {
    const charges = meter(place, use);
    const missing = charges.find(({ price }) => !prices.prices[price]);
    if (missing) throw new UnknownUse(`there is no price for ${missing.what} (${missing.price})`);
    const lines = charges.filter(({ quantity }) => quantity > 0).map((charge) => lineOf(place, charge, prices));
    return { lines, unpriced: [] };
  } catch (error) {
    if (!(error instanceof UnknownUse)) throw error;
    return { lines: [], unpriced: [unpriced(error.message)] };
  }
}

function lineOf(place: Place, { price, quantity, what }: Charge, { prices }: PriceList): CostLine {
  const { service = '', usd = Number.NaN, per = '', source = '' } = prices[price] ?? {};
  return {
    path: place.stack.path,
    resource: place.id,
    type: place.type,
    service,
    what,
    price,
    quantity,
    unit: per,
    unitUSD: usd,
    monthlyUSD: quantity * usd,
    source,
  };
}
