/** Keeps `region_cell` what it says: all regions in force, and no others, by the cells that they cover. */
import type pg from 'pg';
import { copyInto } from '../../database/copy.ts';
import type { Database } from '../../database/database.ts';
import { Coverer } from './cover.ts';
import type { StageOptions } from './stage.ts';

/** As many regions are fetched and covered at a time: some 2 MB of shapes, 10 MB at worst. */
const atOnce = 50;

/** @param regions ids of those that are no longer in force */
export async function removeCells(client: pg.ClientBase, regions: readonly string[]): Promise<void> {
  if (regions.length === 0) return;
  await client.query('delete from region_cell where region_id = any ($1::bigint[])', [regions]);
}

/**
 * Covers regions as they are stored, so the repaired ones as they were repaired. It runs in the transaction that puts them
 * in force: a vintage that is only kept has no cells.
 * @param regions ids of those that come into force
 */
export async function addCells(
  client: pg.ClientBase,
  database: Pick<Database, 'bulkRoad'>,
  regions: readonly string[],
  { signal, onProgress }: StageOptions,
): Promise<void> {
  const coverer = new Coverer();
  for (let done = 0; done < regions.length; done += atOnce) {
    signal?.throwIfAborted();
    onProgress?.('dividing', done / regions.length);
    const shapes = await fetchShapes(client, regions.slice(done, done + atOnce));
    function* rows() {
      for (const { id, ewkb } of shapes)
        for (const { cell, part } of coverer.cover(ewkb)) yield [BigInt(cell), BigInt(id), part] as const;
    }
    await copyInto(client, database, 'region_cell', ['cell', 'region_id', 'part'], [rows()]);
  }
}

async function fetchShapes(
  client: pg.ClientBase,
  regions: readonly string[],
): Promise<readonly { readonly id: string; readonly ewkb: Buffer }[]> {
  const { rows } = await client.query<{ id: string; ewkb: Buffer }>(
    `select id, st_asewkb(geom, 'NDR') as ewkb from region where id = any ($1::bigint[])`,
    [regions],
  );
  return rows;
}
