import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type FreshDatabase, freshDatabase } from '../../scripts/testing/database.ts';
import { bundledFolder } from '../geodata/formats/testing/files.ts';
import { importFile } from '../geodata/load/import-file.ts';
import { endorse } from './testing/endorse.ts';

describe('counts, of many changes at once', function () {
  this.timeout(60_000);
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
    await importFile(database, join(bundledFolder, 'tl_2024_27_sldu.zip'));
  });
  after(() => database.close());

  it('lose none and wait for each other in one order only', async () => {
    const { rows } = await database.pool.query<{ id: number }>(
      `insert into campaign (name, title, active) values ('clean-water', 'Clean water', true) returning id::integer`,
    );
    const campaign = rows[0]?.id ?? 0;
    const ids = await endorse(database, campaign, Array(20).fill({ lat: 44.9551, lng: -93.1022, type: 'farmer' }));
    const changes = ids.flatMap((id, index) => [
      [`update stakeholder set type = 'business' where id = (select stakeholder from endorsement where id = $1)`, id],
      [
        `update stakeholder set state_senate_district = (select id from region where active and geoid = '270${10 + index}')
          where id = (select stakeholder from endorsement where id = $1)`,
        id,
      ],
      index % 2 === 0
        ? [`update endorsement set status = 'rejected', display_publicly = false where id = $1`, id]
        : [`update endorsement set admin_notes = 'seen' where id = $1`, id],
    ]) as [string, number][];
    // Interleaved, so that the changes of one person are under way together.
    await Promise.all(changes.map(([sql, id]) => database.pool.query(sql, [id])));
    const counted = await database.pool.query<{ geoid: string; count: number }>(
      `select geoid, count from endorsement_count
        where layer = 'state_upper' and type = 'business' and week = '-infinity' and count <> 0 order by geoid`,
    );
    const odd = ids.map((_, index) => index).filter((index) => index % 2 === 1);
    assert.deepEqual(
      counted.rows,
      odd.map((index) => ({ geoid: `270${10 + index}`, count: 1 })),
    );
    const { rows: left } = await database.pool.query(
      `select layer, type, sum(count)::int as count from endorsement_count where week = '-infinity' and type in ('', 'farmer')
        group by layer, type order by layer, type`,
    );
    assert.deepEqual(left, [
      { layer: '', type: '', count: 10 },
      { layer: '', type: 'farmer', count: 0 },
      { layer: 'state_upper', type: '', count: 10 },
      { layer: 'state_upper', type: 'farmer', count: 0 },
    ]);
  });
});
