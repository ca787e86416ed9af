/**
 * The work list: looks up the addresses that wait for it. Addresses are stored first; nobody's submission waits for a
 * geocoder, and no transaction is open while one is asked.
 */
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { layerIds } from '../regions/layers.ts';
import { boundariesLock } from '../regions/turn.ts';
import { reassign } from '../stakeholders/reassign.ts';
import { oneLine } from './address.ts';
import { type Geocoder, GeocoderError, type Match } from './geocoder.ts';

export interface LocateOptions {
  /** People at most. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** How many people: numbers only, for a log. */
export interface LocateReport {
  readonly located: number;
  readonly notFound: number;
  readonly tooVague: number;
  /** Asked again later. */
  readonly unanswered: number;
  /** Boundaries are being switched; located with the next run. */
  readonly postponed: number;
}

interface Waiting {
  readonly id: number;
  readonly street: string;
  readonly city: string;
  readonly state: string | null;
  readonly zip: string;
  readonly attempts: number;
}

type Outcome = { readonly match: Match } | { readonly problem: 'not found' | 'too vague' | 'unanswered' };

/** Below this a match is more likely another street of that name. */
const leastConfidence = 0.8;
/** A geocoder that fails so often in a row is away: the others of this run would only wait for it, too. */
const mostFailures = 3;
const mostAttempts = 10;

/** Looks up whoever is due, one after the other. Two runs at once share the work; one that dies leaves its own for later. */
export async function locateWaiting(
  database: Pick<Database, 'pool'>,
  geocoder: Geocoder,
  { limit = 100, signal }: LocateOptions = {},
): Promise<LocateReport> {
  const report = { located: 0, notFound: 0, tooVague: 0, unanswered: 0, postponed: 0 };
  const waiting = await claim(database, limit);
  let failures = 0;
  for (const [index, person] of waiting.entries()) {
    if (failures >= mostFailures || signal?.aborted) {
      await giveBack(database, waiting.slice(index));
      report.unanswered += waiting.length - index;
      break;
    }
    const outcome = await ask(geocoder, person, signal);
    if ('problem' in outcome) {
      failures = outcome.problem === 'unanswered' ? failures + 1 : 0;
      await note(database, person, outcome.problem);
      report[
        { 'not found': 'notFound', 'too vague': 'tooVague', unanswered: 'unanswered' }[outcome.problem] as 'notFound'
      ]++;
    } else {
      failures = 0;
      report[(await place(database, person, outcome.match, geocoder.name)) ? 'located' : 'postponed']++;
    }
  }
  return report;
}

/** Takes people off the list for ten minutes: long enough to look them up, short enough if this process ends. */
async function claim({ pool }: Pick<Database, 'pool'>, limit: number): Promise<readonly Waiting[]> {
  const { rows } = await pool.query<Waiting>(
    `update stakeholder set locate_after = now() + interval '10 minutes', locate_attempts = locate_attempts + 1
      where id in (select id from stakeholder where locate_after <= now() order by locate_after, id limit $1 for update skip locked)
      returning id, street_address as street, city, state, zip_code as zip, locate_attempts as attempts`,
    [limit],
  );
  return rows;
}

async function giveBack({ pool }: Pick<Database, 'pool'>, people: readonly Waiting[]): Promise<void> {
  await pool.query(
    `update stakeholder set locate_after = now() + interval '5 minutes', locate_attempts = locate_attempts - 1
      where id = any ($1) and locate_attempts > 0 and location is null`,
    [people.map(({ id }) => id)],
  );
}

async function ask(geocoder: Geocoder, person: Waiting, signal?: AbortSignal): Promise<Outcome> {
  const { street, city, zip } = person;
  // Without a street there is nothing to find but a town, and no town is one district.
  if (street.trim() === '' || (city.trim() === '' && zip.trim() === '')) return { problem: 'too vague' };
  try {
    const match = await geocoder.locate(oneLine({ street, city, state: person.state ?? '', zip }), signal);
    if (!match) return { problem: 'not found' };
    const isNear = match.quality === 'address' || match.quality === 'street';
    return isNear && match.confidence >= leastConfidence ? { match } : { problem: 'too vague' };
  } catch (error) {
    if (error instanceof GeocoderError || signal?.aborted) return { problem: 'unanswered' };
    throw error;
  }
}

/** Written only while the address is still the one that was asked for. */
const unchanged = '(street_address, city, state, zip_code) is not distinct from ($2, $3, $4, $5)';
const addressOf = ({ id, street, city, state, zip }: Waiting) => [id, street, city, state, zip];

async function note({ pool }: Pick<Database, 'pool'>, person: Waiting, problem: string): Promise<void> {
  // 1, 2, 4 … minutes, a day at most; then it is for staff to look at.
  const again = problem === 'unanswered' && person.attempts < mostAttempts;
  await pool.query(
    `update stakeholder set locate_problem = $6,
            locate_after = case when $7 then now() + least(interval '1 day', interval '1 minute' * power(2, locate_attempts - 1)) end
      where id = $1 and ${unchanged}`,
    [...addressOf(person), problem, again],
  );
}

/** @returns false where boundaries are being switched: then the person stays on the list */
async function place(
  database: Pick<Database, 'pool'>,
  person: Waiting,
  { lat, lng, quality, confidence }: Match,
  source: string,
): Promise<boolean> {
  return transaction(database, async (client) => {
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_xact_lock_shared($1) as free', [
      boundariesLock,
    ]);
    if (!rows[0]?.free) {
      await client.query(
        `update stakeholder set locate_after = now() + interval '1 minute', locate_attempts = locate_attempts - 1
          where id = $1 and ${unchanged}`,
        addressOf(person),
      );
      return false;
    }
    const { rowCount } = await client.query(
      `update stakeholder
          set location = st_setsrid(st_makepoint($6, $7), 4326)::geography, location_quality = $8,
              location_confidence = $9, location_source = $10, locate_after = null, locate_problem = null
        where id = $1 and ${unchanged}`,
      [...addressOf(person), lng, lat, quality, confidence, source],
    );
    if (rowCount === 1) await reassign(client, layerIds, [person.id]);
    return true;
  });
}
