import assert from 'node:assert/strict';
import { type FreshDatabase, freshDatabase } from './database.ts';
import { soak } from './soak.ts';

describe('soak: the built bundle, while everything around it fails', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.close());

  it('answers every request and loses no acknowledged write', async () => {
    const report = await soak(database, { invocations: 1_000, seed: 20_261_125, faultEvery: 15 });
    assert.deepEqual(report.unanswered, []);
    assert.deepEqual(report.lost, []);
    assert.ok(report.acknowledged > 60, `${report.acknowledged} writes were acknowledged`);
    assert.ok((report.statuses[200] ?? 0) > 700, JSON.stringify(report));
    assert.deepEqual(
      Object.keys(report.statuses).filter((status) => !/^(200|201|503)$/.test(status)),
      [],
    );
    assert.ok(Object.values(report.faults).reduce((sum, count) => sum + count, 0) > 30);
  }).timeout(300_000);
});
