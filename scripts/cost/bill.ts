/** The bill of the committed templates: read from disk, priced, compared with what was promised, and with the choices. */
import { readFile } from 'node:fs/promises';
import { environment, environments } from '../../environments/index.ts';
import { readTemplate, type TemplateDocument } from '../../generator/cloudformation/read-yaml.ts';
import { type Deduction, deductions } from '../../generator/cost/allowances.ts';
import { type CostLine, type MonthlyCost, monthlyCost, sum } from '../../generator/cost/monthly-cost.ts';
import { type Option, options } from '../../generator/cost/options.ts';
import { ageInDays, daysUntilStale, prices } from '../../generator/cost/prices.ts';
import { type SeedTable, seedTable } from '../../generator/cost/seed-table.ts';
import { readWorkload, type Workload, WorkloadError } from '../../generator/cost/workload.ts';
import { expectedWorkload, seedWorkload } from '../../generator/cost/workloads.ts';
import { read } from '../generate/folder.ts';

export interface Bill extends MonthlyCost {
  readonly pricesAsOf: string;
  readonly region: string;
  /** What it is priced at, in a sentence. */
  readonly workload: string;
  readonly deductions: readonly Deduction[];
  /** USD a month, after the deductions. */
  readonly payableUSD: number;
  readonly seed: SeedTable;
  readonly options: readonly Option[];
  /** What no template shows. */
  readonly leftOut: readonly string[];
  readonly warnings: readonly string[];
  /** The stacks of an environment and of its tier. */
  of(environment: string): MonthlyCost;
}

const leftOut = [
  'taxes and support plans',
  'data between zones, one cent a GB',
  'snapshots that outlive their database',
  'mail, the site on Vercel, and the domain’s registration',
];

/** @param workloadFile undefined for the expected workload @throws WorkloadError (exit code 2) */
export async function bill(workloadFile?: string, today = new Date().toISOString().slice(0, 10)): Promise<Bill> {
  const workload = workloadFile === undefined ? expectedWorkload : await workloadOf(workloadFile);
  const templates = await committedTemplates();
  const cost = monthlyCost(templates, workload, prices);
  const taken = workload.allowances ? deductions(cost.lines, prices) : [];
  const age = ageInDays(prices, today);
  return {
    pricesAsOf: prices.asOf,
    region: prices.region,
    workload: workload.about,
    ...cost,
    deductions: taken,
    payableUSD: cost.totalUSD - sum(taken),
    seed: seedTable(templates, seedWorkload, { lines: cost.lines, allowances: workload.allowances }, prices),
    options: options(environments, workload, prices),
    leftOut,
    warnings:
      age > daysUntilStale
        ? [`The prices are ${age} days old: read them again, and correct generator/cost/prices/${prices.region}.json.`]
        : [],
    of: (name) => share(cost, name),
  };
}

function share(cost: MonthlyCost, name: string): MonthlyCost {
  const folders = [`environments/${name}/`, `tiers/${environment(name).tier.name}/`];
  const own = <T extends { readonly path: string }>(all: readonly T[]) =>
    all.filter(({ path }) => folders.some((folder) => path.startsWith(folder)));
  const lines: readonly CostLine[] = own(cost.lines);
  return { lines, unpriced: own(cost.unpriced), totalUSD: sum(lines) };
}

async function committedTemplates(): Promise<ReadonlyMap<string, TemplateDocument>> {
  return new Map([...(await read())].map(([path, body]) => [path, readTemplate(body)]));
}

async function workloadOf(file: string): Promise<Workload> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new WorkloadError(file, [error.code === 'ENOENT' ? 'there is no such file' : error.message]);
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new WorkloadError(file, [`it is not JSON: ${(error as Error).message}`]);
  }
  return readWorkload(parsed, file);
}
