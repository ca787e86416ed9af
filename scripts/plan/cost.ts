/** What a stack costs more or less a month with another template in its place. Pure. */
import { readTemplate, type TemplateDocument } from '../../generator/cloudformation/read-yaml.ts';
import { costChange } from '../../generator/cost/change.ts';
import { prices } from '../../generator/cost/prices.ts';
import { expectedWorkload } from '../../generator/cost/workloads.ts';
import { templates } from '../../generator/templates.ts';
import type { CostDelta } from './plan.ts';

let committed: ReadonlyMap<string, TemplateDocument> | undefined;

/** Read when something has changed, for that takes longer than the change. */
function platform(): ReadonlyMap<string, TemplateDocument> {
  committed ??= new Map([...templates()].map(([path, body]) => [path, readTemplate(body)]));
  return committed;
}

/**
 * @param path relative to `templates/`
 * @param before as it is deployed, by whomever; undefined where the stack is new
 * @returns undefined where it cannot be told: another region than the prices are of, or a template that is not ours
 */
export function costDelta(
  region: string,
  path: string,
  before: string | undefined,
  after: string,
): CostDelta | undefined {
  if (region !== prices.region) return undefined;
  try {
    const was = before === undefined ? undefined : readTemplate(before);
    const change = costChange(path, was, readTemplate(after), platform(), expectedWorkload, prices);
    return {
      monthlyUSD: cents(change.monthlyUSD),
      resources: change.resources.map(({ resource, monthlyUSD }) => ({
        logicalId: resource,
        monthlyUSD: cents(monthlyUSD),
      })),
      unpriced: change.unpriced.map(({ resource, why }) => ({ logicalId: resource, why })),
    };
  } catch {
    // Whatever is deployed is read by a reader of our own templates.
    return undefined;
  }
}

const cents = (usd: number) => Math.round(usd * 100) / 100 || 0;
