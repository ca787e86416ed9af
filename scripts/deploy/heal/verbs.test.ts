import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../simulators/cloudformation/clock.ts';
import { copyOfProject, type Project, simulatedAccount } from '../fixture.ts';

const table = 'coalition-builder-nonproduction-rate-limits';
const onlyTable = ['development', '--stack', 'rate-limits'];

describe('resume, cancel and Ctrl-C, as they are typed', function () {
  this.timeout(60_000);
  let project: Project;
  let account: Awaited<ReturnType<typeof simulatedAccount>>;
  // What is under way stands still until somebody lets it go on: no test depends on how fast this machine is.
  let isHeld = false;
  const hold = () => {
    isHeld = made++ > 0;
    return undefined;
  };
  let made = 0;
  const clock: Clock = {
    now: () => new Date(),
    async sleep() {
      do await setTimeout(1, undefined, { ref: false });
      while (isHeld);
    },
  };
  const type = (verb: string, ...args: string[]) => project.run(verb, args, account.variables);
  const until = async (status: string) => {
    while (!(await account.stacks()).includes(`${table} ${status}`)) await setTimeout(10);
  };
  let units = 101;
  /** Begins to deploy another table, and gets as far as CloudFormation has begun. */
  async function begun() {
    project.edit('environments/tiers/nonproduction.ts', (text) =>
      text.replace(/maxReadRequestUnits: \d+/, `maxReadRequestUnits: ${units++}`),
    );
    assert.equal((await project.run('generate', [])).code, 0);
    const running = type('deploy', ...onlyTable);
    await until('UPDATE_IN_PROGRESS');
    return { running };
  }
  before(async () => {
    project = copyOfProject();
    assert.equal((await project.run('generate', [])).code, 0);
    account = await simulatedAccount({ clock, failing: hold });
    const deployed = await type('deploy', ...onlyTable);
    assert.equal(deployed.code, 0, deployed.stderr);
  });
  after(async () => {
    await account[Symbol.asyncDispose]();
    project[Symbol.dispose]();
  });

  it('a deploy that was left is resumed by another', async () => {
    const { running: left } = await begun();
    left.kill('SIGTERM');
    const { code, stdout } = await left;
    assert.equal(code, 130);
    assert.match(stdout, /nothing was cancelled\. Watch it to its end:\n {2}npm run resume -- development/);
    const resuming = type('resume', 'development', '--json');
    await resuming.says(/is in UPDATE_IN_PROGRESS; it is watched to its end/);
    isHeld = false;
    const resumed = await resuming;
    assert.equal(resumed.code, 0, resumed.stderr);
    const { stacks, next } = JSON.parse(resumed.stdout);
    assert.deepEqual([stacks[0].did, stacks[0].is], ['watched', 'UPDATE_COMPLETE']);
    assert.match(next, /npm run deploy -- development/);
    const quiet = await type('resume', 'development');
    assert.deepEqual([quiet.code, /Nothing is under way/.test(quiet.stdout)], [0, true]);
    assert.match((await type('cancel', 'development')).stdout, /Nothing is under way/);
    assert.equal((await type('resume', 'development', '--skip', 'Table')).code, 2);
  });

  it('an update is cancelled by another verb, and the deploy says that it was taken back', async () => {
    const { running } = await begun();
    const cancelling = type('cancel', 'development');
    await cancelling.says(/the update is cancelled/);
    isHeld = false;
    const cancelled = await cancelling;
    assert.equal(cancelled.code, 0, cancelled.stderr);
    assert.match(cancelled.stdout, /rate-limits, which staging shares, is in UPDATE_IN_PROGRESS/);
    assert.match(cancelled.stdout, /✓ .* is as it was before the update/);
    const { code, stderr } = await running;
    assert.deepEqual([code, /rate-limits failed and was rolled back/.test(stderr)], [6, true], stderr);
  });

  it('Ctrl-C twice cancels, although npm hands each on a second time', async () => {
    const { running } = await begun();
    const press = () => {
      running.kill('SIGINT');
      running.kill('SIGINT');
    };
    press();
    await running.says(/Press Ctrl-C again/);
    await setTimeout(250);
    press();
    await running.says(/the update is cancelled; what it changed is taken back/);
    isHeld = false;
    const { code, stderr } = await running;
    assert.deepEqual([code, /was rolled back/.test(stderr)], [6, true], stderr);
    assert.deepEqual(await account.stacks(), [`${table} UPDATE_ROLLBACK_COMPLETE`]);
  });

  it('answers --help', async () => {
    for (const verb of ['resume', 'cancel']) {
      const { code, stdout } = await project.run(verb, ['--help']);
      assert.match(stdout, new RegExp(`Usage: npm run ${verb} -- <environment>`));
      assert.equal(code, 0);
    }
  });
});
