import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { verifyPassword } from '../api/access/password.ts';
import { type FreshDatabase, freshDatabase } from './testing/database.ts';

describe('npm run staff', () => {
  let database: FreshDatabase;
  before(async () => {
    database = await freshDatabase();
  });
  after(() => database.close());
  const staff = (...args: string[]) => {
    const env = { ...process.env, NO_COLOR: '1', DATABASE_URL: database.url ?? '' };
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/staff.ts', ...args], {
      env,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };

  it('adds somebody and says the password once', async () => {
    const { status, output } = staff('add', 'Ann@example.org', '--name', 'Ann Fisher', '--role', 'editor');
    assert.equal(status, 0, output);
    const password = /password {2}(\S+)/.exec(output)?.[1] ?? '';
    const { rows } = await database.pool.query('select email, name, role, password_hash from account');
    assert.deepEqual([rows[0]?.email, rows[0]?.name, rows[0]?.role], ['ann@example.org', 'Ann Fisher', 'editor']);
    assert.ok(await verifyPassword(password, rows[0]?.password_hash));
    const list = staff('list').output;
    assert.match(list, /ann@example\.org +Ann Fisher +editor +never logged in/);
    assert.ok(!list.includes(password));
    assert.match(JSON.parse(staff('add', 'cy@example.org', '--json').output).password, /^[0-9a-f-]{27}$/);
    const [{ email, last, active }] = JSON.parse(staff('list', '--json').output);
    assert.deepEqual([email, last, active], ['ann@example.org', null, true]);
  });

  it('says what is wrong, and what to do', () => {
    for (const [args, code, words] of [
      [['add', 'ann@example.org'], 1, /already is an account of ann@example\.org/],
      [['add', 'nobody'], 2, /"nobody" is not an e-mail address/],
      [['add', 'bo@example.org', '--role', 'king'], 2, /--role is "king"; it takes one of viewer/],
      [[], 2, /<action> is missing/],
    ] as const) {
      const { status, output } = staff(...args);
      assert.equal(status, code, output);
      assert.match(output, words);
      assert.doesNotMatch(output, /\n\s+at /);
    }
  });
});
