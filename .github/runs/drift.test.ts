import assert from 'node:assert/strict';
import { startRun } from '../../scripts/simulators/github-actions/run.ts';
import { makeWorld, scheduled, type World } from './fixture.ts';

describe('a repository with an account: drift', function () {
  this.timeout(120_000);
  this.slow(30_000);
  let world: World;
  before(async function () {
    const made = await makeWorld();
    if (!made) return this.skip();
    world = made;
    await world.asAdministrator('deploy', 'account');
    await world.asAdministrator('deploy', 'staging', '--stack', 'network');
  });
  after(() => world?.[Symbol.asyncDispose]());

  const network = 'coalition-builder-nonproduction-network';
  const look = async (site = world.site) => startRun(site, 'drift.yml', scheduled(world.first)).result;
  const open = () => world.github.issues.filter(({ state }) => state === 'open');

  it('opens one issue, keeps it up to date, and closes it; the job with credentials writes none of it', async () => {
    const clean = await look();
    assert.equal(clean.conclusion, 'success', clean.jobs.map(({ log }) => log).join('\n'));
    assert.match(clean.job('issue').log, /issue not needed/);
    world.cloudFormation.tamper(network, 'Vpc', { EnableDnsSupport: 'false' });
    const drifted = await look();
    assert.match(drifted.job('issue').log, /issue opened/);
    assert.match(drifted.job('look').summary, /EnableDnsSupport/);
    assert.match(open()[0]?.body ?? '', /\| \*\*staging\*\* \| network \| 1 \|[\s\S]+- {3}EnableDnsSupport: false/);
    assert.doesNotMatch(drifted.job('look').log, /issue opened/);
    assert.match((await look()).job('issue').log, /issue updated/);
    await world.asAdministrator('drift', 'staging', '--stack', 'network', '--revert');
    assert.match((await look()).job('issue').log, /issue closed/);
    assert.deepEqual(open(), []);
  });

  it('is red where GitHub refuses, and what was found is kept', async () => {
    world.cloudFormation.tamper(network, 'Vpc', { EnableDnsSupport: 'false' });
    world.github.failures.push({ method: 'POST', status: 403 });
    const { conclusion, job } = await look();
    assert.deepEqual([conclusion, job('look').result, job('issue').result], ['failure', 'success', 'failure']);
    assert.match(job('issue').log, /403.*\n {2}Grant the job issues: write/);
    world.github.failures.push({ method: 'GET', status: 502 });
    assert.match((await look()).job('issue').log, /issue opened/);
  });

  it('is not looked for without an account, nor with half of its variables; the issue is left as it is', async () => {
    const none = await look(world.without('AWS_ACCOUNT_ID'));
    assert.deepEqual(
      none.jobs.map(({ result }) => result),
      ['skipped', 'skipped'],
    );
    const half = await look(world.without('AWS_PREVIEW_ROLE_ARN'));
    assert.match(half.job('look').log, /AWS_PREVIEW_ROLE_ARN is not set/);
    assert.deepEqual([half.job('look').result, half.job('issue').result], ['failure', 'skipped']);
    assert.equal(open().length, 1);
  });
});
