/**
 * Taking a submission in (judged, compared with others, stored) against the bare transaction: the same five rows in five
 * prepared statements, without a rule, a look or a lock. Both over the same pool, side by side.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { transaction } from '../../../api/database/transaction.ts';
import { disposableDomains } from '../../../api/endorsements/spam/disposable.ts';
import { fingerprint } from '../../../api/endorsements/spam/fingerprint.ts';
import { judge } from '../../../api/endorsements/spam/score.ts';
import { similarStatements, submit } from '../../../api/endorsements/submit.ts';
import { submitted } from '../../../api/endorsements/submitted.ts';
import { columns } from '../../terminal/style.ts';
import { addContent } from '../../testing/content.ts';
import { type FreshDatabase, freshDatabase } from '../../testing/database.ts';
import { form } from '../../testing/endorsing.ts';
import { correspond, fill } from './people.ts';

const rounds = 11;
const submissions = 300;
const atOnce = 4;

export async function benchSubmit(): Promise<void> {
  const rows: string[][] = [];
  // PostgreSQL plans by what it knows of its tables; of empty ones it knows nothing.
  for (const before of [0, 20_000]) rows.push(...(await compare(before)));
  process.stdout.write(
    `submit: ${rounds} rounds of ${submissions}, ${atOnce} at once, medians\n${columns(
      [['', 'rate', 'against the bare transaction'], ...rows],
      [1, 2],
    )}\n`,
  );
}

/** @param before endorsements that are there already, with what was sent and mailed about them */
async function compare(before: number): Promise<string[][]> {
  const database = await freshDatabase();
  const content = await (before > 0 ? fill(database, before) : addContent(database));
  if (before > 0) await correspond(database, content);
  const { campaign, terms } = content;
  const ours = () => takeIn(database, campaign);
  const bare = () => store(database, campaign, terms);
  const rates = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
    for (const name of order) {
      const rate = await perSecond(name === 'ours' ? ours : bare);
      // The first round warms up.
      if (round > 0) rates[name].push(rate);
    }
  }
  await database.close();
  const ratios = rates.ours.map((rate, round) => rate / (rates.bare[round] ?? Number.NaN));
  const where = before === 0 ? 'into empty tables' : `beside ${before.toLocaleString('en')}`;
  return [
    [`bare transaction, ${where}`, `${Math.round(median(rates.bare))}/s`, ''],
    [`submit, ${where}`, `${Math.round(median(rates.ours))}/s`, `${median(ratios).toFixed(2)}x`],
  ];
}

async function perSecond(one: () => Promise<void>): Promise<number> {
  const started = performance.now();
  let left = submissions;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left > 0) {
        left -= 1;
        await one();
      }
    }),
  );
  return submissions / ((performance.now() - started) / 1000);
}

let count = 0;
const words =
  'river well water farm county school child year test clean publish neighbor drink spring lake stream'.split(' ');

function sample(campaign: number) {
  count += 1;
  const statement = Array.from({ length: 30 }, () => words[Math.floor(Math.random() * words.length)]).join(' ');
  return form(campaign, { stakeholder: { email: `bench${count}@example.net`, first_name: `Ada${count}` }, statement });
}

async function takeIn(database: FreshDatabase, campaign: number): Promise<void> {
  const body = z.parse(submitted, sample(campaign));
  const print = fingerprint(body.statement);
  const [isDisposable, similar] = await Promise.all([disposableDomains(), similarStatements(database, body, print)]);
  const judgement = judge(body, { now: Date.now(), isDisposable, similarStatements: similar, further: [] });
  await submit(database, 'a secret', body, print, judgement, { ip: '192.0.2.1', userAgent: 'Benchmark' });
}

async function store(database: FreshDatabase, campaign: number, terms: number): Promise<void> {
  const { stakeholder, statement } = z.parse(submitted, sample(campaign));
  const { email, first_name, last_name, street_address, city, state, zip_code, type } = stakeholder;
  await transaction(database, async (client) => {
    const add = async (name: string, text: string, ...values: unknown[]) =>
      (await client.query<{ id: number }>({ name, text: `${text} returning id`, values })).rows[0]?.id;
    const person = await add(
      'bare-person',
      `insert into stakeholder (email, first_name, last_name, street_address, city, state, zip_code, type)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      ...[email, first_name, last_name, street_address, city, state, zip_code, type],
    );
    const endorsement = await add(
      'bare-endorsement',
      'insert into endorsement (stakeholder, campaign, statement, statement_print) values ($1, $2, $3, $4)',
      ...[person, campaign, statement, String(randomBytes(6).readUIntBE(0, 6))],
    );
    const submission = await add(
      'bare-submission',
      `insert into submission (endorsement, digest, person, statement, public_display, org_authorized)
       values ($1, $2, $3, $4, true, false)`,
      ...[endorsement, randomBytes(32), JSON.stringify(stakeholder), statement],
    );
    await add(
      'bare-terms',
      `insert into terms_acceptance (endorsement, legal_document, subject, ip_address, user_agent)
       values ($1, $2, 'pseudonym', '192.0.2.1', 'Benchmark')`,
      ...[endorsement, terms],
    );
    await add(
      'bare-mail',
      `insert into outbox (channel, kind, recipient, endorsement, submission) values ('mail', 'verify', $1, $2, $3)`,
      ...[email, endorsement, submission],
    );
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
