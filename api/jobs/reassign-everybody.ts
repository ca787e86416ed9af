import { openServer } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { type LayerId, layerIds } from '../regions/layers.ts';
import { boundariesLock } from '../regions/turn.ts';
import { ownDatabaseUrl } from '../secrets/own-database.ts';
import type { JobSettings } from '../settings.ts';
import { reassign } from '../stakeholders/reassign.ts';

/** How many people, by layer: whose district is another one now, who had none, who has the same of another vintage. */
export type Reassigned = ReadonlyArray<{
  readonly layer: LayerId;
  readonly moved: number;
  readonly placed: number;
  readonly renewed: number;
}>;

/** Gives everybody the districts in force. An import does so by itself; this is for what was put right by hand. */
export async function reassignEverybody(settings: JobSettings): Promise<Reassigned> {
  const database = await openServer(await ownDatabaseUrl(settings), {
    connections: 2,
    statementTimeoutMs: 14 * 60_000,
  });
  try {
    return await transaction(database, async (client) => {
      // Waits for an import that is under way.
      await client.query('select pg_advisory_xact_lock_shared($1)', [boundariesLock]);
      const layers = await reassign(client, layerIds);
      return layers.map(({ layer, moved, placed, renewed }) => ({ layer, moved: moved.length, placed, renewed }));
    });
  } finally {
    await database.close();
  }
}
