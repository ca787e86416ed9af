import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { revisions } from './revisions.ts';

/** A database that answers after a while with what was true when it was asked. */
function slowDatabase() {
  const state = { value: 'one', queries: 0 };
  const query = async () => {
    state.queries += 1;
    const rows = [{ resource: 'campaign', value: state.value }];
    await sleep(20);
    return { rows };
  };
  return { state, database: { pool: { query } } as never };
}

describe('revisions', () => {
  it('are looked up once for all who ask meanwhile', async () => {
    const { state, database } = slowDatabase();
    const revisionOf = revisions(database, 'r1');
    const first = revisionOf(['campaign']);
    const others = Array.from({ length: 50 }, () => revisionOf(['campaign', 'theme']));
    assert.equal(await first, 'r1 one');
    assert.deepEqual(new Set(await Promise.all(others)), new Set(['r1 one ']));
    assert.equal(state.queries, 2);
  });

  it('show a change to whoever asks after it, though a look-up was under way', async () => {
    const { state, database } = slowDatabase();
    const revisionOf = revisions(database, 'r1');
    const before = revisionOf(['campaign']);
    await sleep(5);
    state.value = 'two';
    assert.equal(await revisionOf(['campaign']), 'r1 two');
    assert.equal(await before, 'r1 one');
  });

  it('are looked up anew after a failure', async () => {
    const { state, database } = slowDatabase();
    const query = async () => {
      throw new Error('away');
    };
    const broken = { pool: { query } };
    const revisionOf = revisions(broken as never, 'r1');
    await Promise.all([1, 2, 3].map(() => assert.rejects(revisionOf(['campaign']), /away/)));
    broken.pool = (database as { pool: typeof broken.pool }).pool;
    assert.equal(await revisionOf(['campaign']), `r1 ${state.value}`);
  });
});
