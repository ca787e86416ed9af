import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { at } from './shared-timer.ts';

const soon = (ms: number) => performance.now() + ms;

describe('http: shared timer', () => {
  it('calls each at its time, whatever the order in which they asked, and nobody who called off', async () => {
    const called: string[] = [];
    at(soon(60), () => called.push('third'));
    at(soon(20), () => called.push('first'));
    at(soon(40), () => called.push('second'));
    const callOff = at(soon(30), () => called.push('nobody'));
    callOff();
    callOff();
    await sleep(10);
    assert.deepEqual(called, []);
    await sleep(90);
    assert.deepEqual(called, ['first', 'second', 'third']);
  });

  it('takes further calls from whom it calls, and one whose time is over', async () => {
    const called: string[] = [];
    at(soon(10), () => {
      called.push('once');
      at(soon(10), () => called.push('again'));
      at(soon(-5), () => called.push('at once'));
    });
    at(soon(35), () => called.push('later'));
    await sleep(70);
    assert.deepEqual(called, ['once', 'at once', 'again', 'later']);
  });

  it('holds no process back once everything is called off, and holds it while somebody waits', async () => {
    const module = JSON.stringify(fileURLToPath(new URL('./shared-timer.ts', import.meta.url)));
    const program = `const { at } = await import(${module});
      at(performance.now() + 60_000, () => {})();
      at(performance.now() + 50, () => console.log('called'));
      at(performance.now() + 60_000, () => {})();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 10_000,
    });
    assert.equal(stdout, 'called\n');
  });
});
