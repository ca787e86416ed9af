/**
 * The table of the founding document, worked out: what it replaces, what it promises, and what the platform is now.
 *
 * The second column is our own templates at the workload that the table implies, with the few properties replaced that
 * the table takes otherwise. Of the first there is no template; `seed-table.json` says what its figures are made of.
 */
import type { TemplateDocument } from '../cloudformation/read-yaml.ts';
import { deductions } from './allowances.ts';
import { type CostLine, monthlyCost, sum } from './monthly-cost.ts';
import type { PriceList } from './prices.ts';
import table from './seed-table.json' with { type: 'json' };
import type { Workload } from './workload.ts';

type Templates = ReadonlyMap<string, TemplateDocument>;

export interface SeedRow {
  readonly name: string;
  readonly legacy: Figures;
  readonly serverless: Figures;
  /** USD a month, of all environments, after what is never billed. */
  readonly nowUSD: number;
  /** What the difference between the promise and now is made of: each part, with what it costs, dearest first. */
  readonly made: readonly Part[];
}

export interface Figures {
  readonly saidUSD: number;
  readonly computedUSD: number;
}

export interface Part {
  readonly what: string;
  readonly monthlyUSD: number;
}

export interface SeedTable {
  readonly rows: readonly SeedRow[];
  /** What the document leaves out, by service. */
  readonly beyond: readonly { readonly name: string; readonly nowUSD: number; readonly made: readonly Part[] }[];
  readonly total: Omit<SeedRow, 'name' | 'made'>;
  /** Of the whole, in percent. */
  readonly reduction: { readonly said: number; readonly computed: number };
  readonly importPerYear: Figures & { readonly nowUSD: number };
  /** What is taken otherwise than the templates have it, and why. */
  readonly differently: readonly string[];
}

export function seedTable(
  templates: Templates,
  seed: Workload,
  now: { readonly lines: readonly CostLine[]; readonly allowances: boolean },
  prices: PriceList,
): SeedTable {
  const promised = monthlyCost(asTheTable(templates), seed, prices).lines;
  const taken = now.allowances ? deductions(now.lines, prices) : [];
  const legacyUSD = ({ legacy }: (typeof table.rows)[number]) =>
    legacy.reduce((total, { price, count, ...each }) => {
      const hours = 'hourly' in each ? seed.hoursPerMonth : 1;
      return total + count * hours * (prices.prices[price]?.usd ?? Number.NaN);
    }, 0);
  const payable = (services: readonly string[]) =>
    sum(of(now.lines, services)) - sum(taken.filter(({ service }) => services.includes(service)));

  const rows = table.rows.map(
    (row): SeedRow => ({
      name: row.name,
      legacy: { saidUSD: row.legacyUSD, computedUSD: legacyUSD(row) },
      serverless: { saidUSD: row.serverlessUSD, computedUSD: sum(of(promised, row.services)) },
      nowUSD: payable(row.services),
      made: parts(of(now.lines, row.services)),
    }),
  );
  const inRows = table.rows.flatMap(({ services }) => services);
  const others = [...new Set(now.lines.filter((line) => !inRows.includes(serviceOf(line))).map(serviceOf))];
  const total = (figure: (row: SeedRow) => number) => rows.reduce((whole, row) => whole + figure(row), 0);
  const beyond = others.map((name) => ({ name, nowUSD: payable([name]), made: parts(of(now.lines, [name])) }));
  const sums = {
    legacy: { saidUSD: total((row) => row.legacy.saidUSD), computedUSD: total((row) => row.legacy.computedUSD) },
    serverless: {
      saidUSD: total((row) => row.serverless.saidUSD),
      computedUSD: total((row) => row.serverless.computedUSD),
    },
  };
  return {
    rows,
    beyond: beyond.sort((a, b) => b.nowUSD - a.nowUSD),
    total: { ...sums, nowUSD: total(({ nowUSD }) => nowUSD) + beyond.reduce((whole, { nowUSD }) => whole + nowUSD, 0) },
    reduction: {
      said: table.reductionPercent,
      computed: 100 * (1 - sums.serverless.computedUSD / sums.legacy.computedUSD),
    },
    importPerYear: {
      saidUSD: table.importPerYearUSD,
      computedUSD: sum(of(promised, [imports])) * monthsPerYear,
      nowUSD: sum(of(now.lines, [imports])) * monthsPerYear,
    },
    differently: table.differently.map(({ why }) => why),
  };
}

const monthsPerYear = 12;
const imports = 'Imports';

/** One environment and its tier, as the table sees them. */
function asTheTable(templates: Templates): Templates {
  const one = [...templates].filter(([path]) => /^(environments|tiers)\/production\//.test(path));
  const changed = new Map(one);
  for (const { path, resource: id, properties } of table.differently) {
    const template = changed.get(path);
    const resource = template?.Resources[id];
    if (!template || !resource) throw new Error(`seed-table.json names ${id} of ${path}, which is not there.`);
    const replaced = { ...resource, Properties: { ...resource.Properties, ...properties } };
    changed.set(path, { ...template, Resources: { ...template.Resources, [id]: replaced } });
  }
  return changed;
}

/** An import is a line of its own, its public address included. */
function serviceOf({ service, type }: CostLine): string {
  return type === 'AWS::ECS::TaskDefinition' ? imports : service;
}

function of(lines: readonly CostLine[], services: readonly string[]): readonly CostLine[] {
  return lines.filter((line) => services.includes(serviceOf(line)));
}

function parts(lines: readonly CostLine[]): readonly Part[] {
  const byWhat = Map.groupBy(lines, ({ what }) => what);
  return [...byWhat].map(([what, own]) => ({ what, monthlyUSD: sum(own) })).sort((a, b) => b.monthlyUSD - a.monthlyUSD);
}
