import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `npm start` as a process, on a port and in a folder of its own. */
class Start {
  output = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(variables: Record<string, string>, args: readonly string[] = []) {
    const env = { ...process.env, NO_COLOR: '1', PORT: '0', DATABASE_URL: '', ...variables };
    this.child = spawn(process.execPath, ['api/server.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (text) => (this.output += text));
    this.ended = once(this.child, 'exit').then(([code]) => code);
  }

  /** Waits for words in the output. */
  async says(words: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = words.exec(this.output);
      if (found) return found;
      if (this.child.exitCode !== null)
        throw new Error(`It ended with ${this.child.exitCode} and never said ${words}:\n${this.output}`);
      await Promise.race([
        once(this.child.stdout ?? this.child, 'data'),
        once(this.child.stderr ?? this.child, 'data'),
        this.ended,
      ]);
    }
  }
}

const districtsAt = async (base: string) => {
  const response = await fetch(`${base}/api/regions/lookup?lat=44.9553&lng=-93.1022`);
  const { regions } = (await response.json()) as { regions: { geoid: string }[] };
  return regions.map(({ geoid }) => geoid);
};

describe('npm start', function () {
  this.timeout(90_000);
  const starts: Start[] = [];
  let folder: string;
  const start = (variables: Record<string, string> = {}, ...args: string[]) => {
    const started = new Start({ LOCAL_FOLDER: folder, ...variables }, args);
    starts.push(started);
    return started;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'coalition-start-'));
  });
  after(async () => {
    for (const { child } of starts) child.kill('SIGKILL');
    await Promise.all(starts.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
  });

  /** One sentence and its remedy, no stack. */
  async function refuses(started: Start, code: number, message: RegExp, remedy: RegExp) {
    assert.equal(await started.ended, code, started.output);
    assert.match(started.output, message);
    assert.match(started.output, remedy);
    assert.doesNotMatch(started.output, /\n\s+at .*:\d+:\d+/, 'no stack');
  }

  it('prints its help at once', async () => {
    const started = start({}, '--help');
    assert.equal(await started.ended, 0);
    assert.match(started.output, /--reset\s+delete the local data first/);
  });

  it('names a port that is taken, before it does anything else', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await refuses(start({ PORT: String(port) }), 1, new RegExp(`The port ${port} is taken`), /PORT=\d+ npm start/);
    taken.close();
  });

  it('names a variable that cannot be used', async () => {
    await refuses(start({ PORT: 'eighty' }), 2, /The variable PORT .* takes a port number/, /Correct or unset/);
  });

  it('names a database that does not answer, without its password', async () => {
    const started = start({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:9/coalition' });
    await refuses(started, 1, /coalition on 127\.0\.0\.1:9 does not answer: .*ECONNREFUSED/, /Check DATABASE_URL/);
    assert.ok(!started.output.includes('hunter2'));
  });

  it('deletes nothing on a server', async () => {
    await refuses(
      start({ DATABASE_URL: 'postgres://me@127.0.0.1:9/x' }, '--reset'),
      2,
      /--reset deletes local data only/,
      /Unset DATABASE_URL/,
    );
  });

  it('names a folder that cannot be written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    await refuses(
      start({ LOCAL_FOLDER: join(file, 'below') }),
      1,
      /The data folder .* cannot be written \(ENOTDIR\)/,
      /LOCAL_FOLDER=/,
    );
  });

  it('deletes no folder that it did not make, not even on request', async () => {
    const stranger = join(folder, 'stranger');
    mkdirSync(join(stranger, 'database'), { recursive: true });
    const thesis = join(stranger, 'database', 'thesis.txt');
    writeFileSync(thesis, 'years of work');
    for (const args of [[], ['--reset']]) {
      const message = /holds files that npm start did not put there/;
      await refuses(start({ LOCAL_FOLDER: stranger }, ...args), 1, message, /LOCAL_FOLDER=/);
      assert.equal(readFileSync(thesis, 'utf8'), 'years of work');
    }
  });

  it('names data that cannot be opened, and starts over on request', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(join(broken, 'database'), { recursive: true });
    writeFileSync(join(broken, 'database', 'PG_VERSION'), '9.6\n');
    writeFileSync(join(broken, 'database.created'), '');
    await refuses(start({ LOCAL_FOLDER: broken }), 1, /The data in .* cannot be opened/, /npm start -- --reset/);
    const again = start({ LOCAL_FOLDER: broken }, '--reset');
    await again.says(/Migrations/);
    again.child.kill('SIGINT');
    assert.equal(await again.ended, 130, again.output);
  });

  it('can be interrupted while it creates the database and while it imports, and goes on from there', async () => {
    const creating = start();
    await creating.says(/Creating/);
    creating.child.kill('SIGINT');
    assert.equal(await creating.ended, 130, creating.output);
    assert.match(creating.output, /Interrupted\./);

    const importing = start();
    await importing.says(/✓ Counties/);
    importing.child.kill('SIGINT');
    assert.equal(await importing.ended, 130, importing.output);

    const last = start();
    const [, base = ''] = await last.says(/running on (http:\S+)/);
    assert.doesNotMatch(last.output, /✓ Counties/, 'what was imported is not imported again');
    assert.deepEqual(await districtsAt(base), ['27', '27123', '2704', '27065', '2765B']);

    const second = start();
    await refuses(second, 5, new RegExp(`in use by process ${last.child.pid}`), /LOCAL_FOLDER=/);

    last.child.kill('SIGINT');
    assert.equal(await last.ended, 0, last.output);
    assert.match(last.output, /Stopped/);
  });

  it('recovers from a kill, with everything that was there', async () => {
    const killed = start();
    await killed.says(/running on/);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const again = start();
    const [, base = ''] = await again.says(/running on (http:\S+)/);
    assert.deepEqual(await districtsAt(base), ['27', '27123', '2704', '27065', '2765B']);
    again.child.kill('SIGTERM');
    assert.equal(await again.ended, 0);
  });
});
