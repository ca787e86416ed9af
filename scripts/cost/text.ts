/** A bill, for a person. */
import { type MonthlyCost, sum } from '../../generator/cost/monthly-cost.ts';
import type { Part, SeedRow } from '../../generator/cost/seed-table.ts';
import { bold, columns, dim, green, yellow } from '../terminal/style.ts';
import type { Bill } from './bill.ts';

/** The whole platform: by service and owner, beside what was promised, and with what one could choose. */
export function platformText(bill: Bill): string {
  return [
    `${bold('What the platform costs a month')}, in US dollars, in ${bill.region}, at the prices of ${bill.pricesAsOf}`,
    dim(`${bill.workload}.`),
    '',
    byOwner(bill),
    '',
    seedText(bill),
    '',
    optionsText(bill),
    '',
    leftOutText(bill),
    '',
  ].join('\n');
}

/** Every line of an environment and of its tier. */
export function environmentText(name: string, { lines, unpriced, totalUSD }: MonthlyCost, bill: Bill): string {
  const rows = lines.map(({ path, resource, what, quantity, unit, unitUSD, monthlyUSD }) => [
    `${path.replace('.yaml', '')} ${resource}`,
    what,
    amount(quantity),
    unit,
    String(unitUSD),
    usd(monthlyUSD),
  ]);
  const head = ['', '', 'quantity', 'unit', 'unit price', 'USD'].map((word) => dim(word));
  return [
    `${bold(`What ${name} and its tier cost a month`)}, in US dollars, in ${bill.region}, at the prices of ${bill.pricesAsOf}`,
    dim(`${bill.workload}.`),
    '',
    columns([head, ...rows, [bold('At list prices'), '', '', '', '', bold(usd(totalUSD))]], [2, 4, 5]),
    ...unpriced.map(({ path, resource, why }) => `${yellow('Not priced')}: ${path} ${resource}: ${why}`),
    '',
  ].join('\n');
}

function byOwner({ lines, deductions, totalUSD, payableUSD }: Bill): string {
  const ownerOf = (path: string) => path.split('/').slice(0, -1).join(' ').replace(/s /, ' ');
  const owners = [...new Set(lines.map(({ path }) => ownerOf(path)))].sort(byImportance);
  const services = [...Map.groupBy(lines, ({ service }) => service)].sort(([, a], [, b]) => sum(b) - sum(a));
  const rows = services.map(([service, own]) => [
    service,
    ...owners.map((owner) => usd(sum(own.filter(({ path }) => ownerOf(path) === owner)))),
    usd(sum(own)),
  ]);
  const totals = owners.map((owner) => usd(sum(lines.filter(({ path }) => ownerOf(path) === owner))));
  const blank = owners.map(() => '');
  const numbers = [...owners.keys(), owners.length].map((index) => index + 1);
  return columns(
    [
      ['', ...owners.map(heading), 'all'].map((word) => dim(word)),
      ...rows,
      ['At list prices', ...totals, usd(totalUSD)],
      ...(deductions.length > 0 ? [['Never billed for', ...blank, usd(-sum(deductions))]] : []),
      [bold('To pay'), ...blank, bold(usd(payableUSD))],
    ],
    numbers,
  );
}

/** `environment production` as `production`; a tier keeps its word, for it is called the same. */
function heading(owner: string): string {
  return owner.replace('environment ', '');
}

function byImportance(a: string, b: string): number {
  const rank = (owner: string) => ['tier production', 'environment production', 'tier nonproduction'].indexOf(owner);
  return ((rank(a) + 10) % 10) - ((rank(b) + 10) % 10) || a.localeCompare(b);
}

function seedText({ seed }: Bill): string {
  const row = (name: string, { legacy, serverless, nowUSD }: Omit<SeedRow, 'name' | 'made'>) => [
    name,
    whole(legacy.saidUSD),
    usd(legacy.computedUSD),
    whole(serverless.saidUSD),
    usd(serverless.computedUSD),
    usd(nowUSD),
  ];
  const head = ['', 'legacy', 'computed', 'serverless', 'computed', 'now, all of it'];
  const rows = [
    head.map((word) => dim(word)),
    ...seed.rows.map((each) => row(each.name, each)),
    ...seed.beyond.map(({ name, nowUSD }) => [name, '', '', '', '', usd(nowUSD)]),
    row('Total', seed.total),
    ['Reduction', '', '', `${seed.reduction.said} %`, `${seed.reduction.computed.toFixed(1)} %`],
    [
      'Imports, a year',
      '',
      '',
      whole(seed.importPerYear.saidUSD),
      usd(seed.importPerYear.computedUSD),
      usd(seed.importPerYear.nowUSD),
    ],
  ];
  const why = [
    ...seed.rows.filter(({ serverless, nowUSD }) => Math.abs(nowUSD - serverless.computedUSD) >= 1),
    ...seed.beyond.filter(({ nowUSD }) => nowUSD >= 1),
  ].map(
    ({ name, made, nowUSD }) => `  ${name}: ${[...made.flatMap(partText), ...lessText(sum(made) - nowUSD)].join(', ')}`,
  );
  return [
    `${bold('The table of the founding document')}, and the same table worked out at the workload that it implies`,
    columns(rows, [1, 2, 3, 4, 5]),
    dim(`Taken otherwise than the templates: ${seed.differently.join('; ')}.`),
    '',
    `${bold('Why the last column is another')}: it is three environments on two databases, and counts what the table leaves out`,
    ...why,
  ].join('\n');
}

const smallestUSD = 1 / 4;

function partText({ what, monthlyUSD }: Part): readonly string[] {
  return monthlyUSD >= smallestUSD ? [`${what} ${usd(monthlyUSD)}`] : [];
}

function lessText(freeUSD: number): readonly string[] {
  return freeUSD >= smallestUSD ? [`less ${usd(freeUSD)} that is never billed`] : [];
}

function optionsText({ options }: Bill): string {
  const rows = options.map(({ name, setting, monthlyUSD }) => {
    const delta = `${monthlyUSD < 0 ? '' : '+'}${usd(monthlyUSD)}`;
    return [`  ${monthlyUSD < 0 ? green(delta) : delta}`, name, dim(setting)];
  });
  return `${bold('What could be chosen')}\n${columns(rows, [0])}`;
}

function leftOutText({ unpriced, leftOut }: Bill): string {
  return [
    `${bold('Not priced')}: ${leftOut.join('; ')}`,
    ...unpriced.map(({ path, resource, type, why }) => yellow(`  ${path} ${resource} (${type}): ${why}`)),
  ].join('\n');
}

const cents = 2;

function usd(value: number): string {
  const text = value.toFixed(cents);
  return text === '-0.00' ? '0.00' : text;
}

function whole(value: number): string {
  return value.toFixed(0);
}

function amount(quantity: number): string {
  return quantity >= 100 ? quantity.toFixed(0) : quantity.toPrecision(3);
}
