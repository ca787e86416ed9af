/** What a change of templates changes of the bill: by resource, before and after. */
import type { TemplateDocument } from '../cloudformation/read-yaml.ts';
import { type MonthlyCost, stackCost, sum, type Unpriced } from './monthly-cost.ts';
import type { PriceList } from './prices.ts';
import type { Workload } from './workload.ts';

export interface CostChange {
  /** USD a month, before what AWS never bills for; negative where it becomes cheaper. */
  readonly monthlyUSD: number;
  readonly resources: readonly ResourceCostChange[];
  /** What is new or other than before and cannot be priced. */
  readonly unpriced: readonly Unpriced[];
}

export interface ResourceCostChange {
  readonly resource: string;
  readonly type: string;
  readonly beforeUSD: number;
  readonly afterUSD: number;
  readonly monthlyUSD: number;
  /** `db.t3.micro, 20 GB`; empty where there is nothing. */
  readonly before: string;
  readonly after: string;
}

const nothing: MonthlyCost = { lines: [], unpriced: [], totalUSD: 0 };
/** A change of less than half a cent is none. */
const smallestUSD = 1 / 200;

/**
 * @param path of the stack, relative to `templates/`
 * @param before undefined where the stack is new
 * @param after undefined where it goes away
 * @param around the platform that it belongs to: the committed templates
 */
export function costChange(
  path: string,
  before: TemplateDocument | undefined,
  after: TemplateDocument | undefined,
  around: ReadonlyMap<string, TemplateDocument>,
  workload: Workload,
  prices: PriceList,
): CostChange {
  const cost = (template: TemplateDocument | undefined) =>
    template ? stackCost(path, template, around, workload, prices) : nothing;
  const [was, is] = [cost(before), cost(after)];
  const ids = [...new Set([...was.lines, ...is.lines].map(({ resource }) => resource))];
  const resources = ids
    .map((id) => resourceChange(id, was, is))
    .filter(({ monthlyUSD }) => Math.abs(monthlyUSD) >= smallestUSD);
  const known = new Set(was.unpriced.map(keyOf));
  return {
    monthlyUSD: resources.reduce((total, { monthlyUSD }) => total + monthlyUSD, 0),
    resources,
    unpriced: is.unpriced.filter((each) => !known.has(keyOf(each))),
  };
}

function resourceChange(id: string, was: MonthlyCost, is: MonthlyCost): ResourceCostChange {
  const [before, after] = [was, is].map(({ lines }) => lines.filter(({ resource }) => resource === id));
  const [beforeUSD, afterUSD] = [sum(before ?? []), sum(after ?? [])];
  const text = (lines: typeof before) => (lines ?? []).map(({ what }) => what).join(', ');
  return {
    resource: id,
    type: (after?.[0] ?? before?.[0])?.type ?? '',
    beforeUSD,
    afterUSD,
    monthlyUSD: afterUSD - beforeUSD,
    before: text(before),
    after: text(after),
  };
}

function keyOf({ resource, why }: Unpriced): string {
  return `${resource} ${why}`;
}
