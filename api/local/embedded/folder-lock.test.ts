import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.ts';

describe('local: lockFolder', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coalition-lock-'));
    file = join(folder, 'database.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Another process that takes the lock and stays until it is killed. */
  async function holder() {
    const code = `
      import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
      await lockFolder('data', ${JSON.stringify(file)}).then(() => console.log('has it'), (error) => console.log(error.message));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(child.stdout, 'data');
    return { child, said: String(said).trim() };
  }

  it('is had by one process, and free after it', async () => {
    const release = await lockFolder('data', file);
    const { child, said } = await holder();
    child.kill();
    assert.equal(said, `The data folder data is in use by process ${process.pid}.`);
    release();
    assert.ok(!existsSync(file));
    (await lockFolder('data', file))();
  });

  it('is taken over from a process that was killed', async () => {
    const { child, said } = await holder();
    assert.equal(said, 'has it');
    await assert.rejects(lockFolder('data', file), { name: 'FolderInUse', exitCode: 5 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    (await lockFolder('data', file))();
  });

  it('is taken over when the number now belongs to another process, and when the file is garbage', async () => {
    writeFileSync(file, JSON.stringify({ pid: process.ppid, started: 'long ago' }));
    (await lockFolder('data', file))();
    writeFileSync(file, '{');
    (await lockFolder('data', file))();
  });

  it('goes to one of several that race for a dead one’s', async () => {
    writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, started: 'long ago' }));
    const racers = await Promise.all([holder(), holder(), holder()]);
    for (const { child } of racers) child.kill();
    assert.equal(racers.filter(({ said }) => said === 'has it').length, 1, racers.map(({ said }) => said).join('; '));
  });
});
