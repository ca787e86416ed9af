/** The ledger of imports: `import_runs` and `import_files`. Only the run that holds the lock writes to it. */
import type pg from 'pg';

export interface Entry {
  readonly name: string;
  /** The address or folder that it came from. */
  readonly origin: string | null;
  readonly sha256: string | null;
  readonly bytes: number | null;
  readonly outcome: 'loaded' | 'unchanged' | 'absent' | 'refused';
  readonly reason: string | null;
  readonly regions: number | null;
  readonly undefinedDistricts: number | null;
  readonly repaired: number | null;
  readonly seconds: number;
}

export type Outcome = 'done' | 'partly' | 'failed' | 'interrupted';

/**
 * Opens a run. Earlier ones that never ended were killed: whoever holds the lock knows that they no longer run.
 * @returns its id
 */
export async function openRun(client: pg.ClientBase, request: unknown): Promise<string> {
  await client.query(
    `update import_runs set outcome = 'interrupted', reason = 'It was killed, or lost its database.', ended_at = now()
      where outcome = 'running'`,
  );
  const { rows } = await client.query<{ id: string }>('insert into import_runs (request) values ($1) returning id', [
    JSON.stringify(request),
  ]);
  return rows[0]?.id ?? '';
}

export async function recordFile(client: pg.ClientBase, run: string, entry: Entry): Promise<void> {
  await client.query(
    `insert into import_files
       (run_id, name, origin, sha256, bytes, outcome, reason, regions, undefined_districts, repaired, seconds)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      run,
      entry.name,
      entry.origin,
      entry.sha256,
      entry.bytes,
      entry.outcome,
      entry.reason,
      entry.regions,
      entry.undefinedDistricts,
      entry.repaired,
      entry.seconds,
    ],
  );
}

export async function closeRun(
  client: pg.ClientBase,
  run: string,
  outcome: Outcome,
  reason: string | null = null,
): Promise<void> {
  await client.query('update import_runs set outcome = $2, reason = $3, ended_at = now() where id = $1', [
    run,
    outcome,
    reason,
  ]);
}
