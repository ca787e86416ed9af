import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentNames } from '../../environments/index.ts';

describe('targets: which environments an event is about', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'targets-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  interface Given {
    readonly name?: string;
    readonly ref?: string;
    readonly event?: object | string;
  }

  function targets({ name = 'workflow_dispatch', ref = 'refs/heads/main', event = {} }: Given) {
    const [file, output] = [join(folder, 'event.json'), join(folder, 'output')];
    const whole = { repository: { default_branch: 'main' }, ...(typeof event === 'object' ? event : {}) };
    writeFileSync(file, typeof event === 'string' ? event : JSON.stringify(whole));
    writeFileSync(output, '');
    const env = {
      ...process.env,
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: file,
      GITHUB_REF: ref,
      GITHUB_OUTPUT: output,
    };
    const { status, stderr } = spawnSync(process.execPath, ['scripts/targets.ts'], { env, encoding: 'utf8' });
    const found = /^environments=(.*)$/m.exec(readFileSync(output, 'utf8'))?.[1];
    return { status, stderr, environments: found === undefined ? undefined : JSON.parse(found) };
  }

  it('all of them, in their order, on a push to main and on a dispatch that names none', () => {
    for (const given of [
      { name: 'push' },
      {},
      { event: { inputs: { environment: 'auto' } } },
      { event: { inputs: null } },
    ])
      assert.deepEqual(targets(given).environments, [...environmentNames]);
  });

  it('the one that is named', () => {
    assert.deepEqual(targets({ event: { inputs: { environment: 'staging' } } }).environments, ['staging']);
  });

  it('none of a branch, a tag or a fork’s default branch: production least of all', () => {
    for (const ref of ['refs/heads/try', 'refs/tags/main', 'main', '', 'refs/heads/main2']) {
      const { status, stderr, environments } = targets({ ref, event: { inputs: { environment: 'production' } } });
      assert.deepEqual([status, environments], [4, undefined], ref);
      assert.match(stderr, /is not deployed\.\n {2}Merge it/);
    }
  });

  it('none of what is not understood: another event, another environment, a digest that is none, no event', () => {
    for (const [given, expected] of [
      [{ name: 'pull_request' }, /Nothing is deployed on pull_request/],
      [{ event: { inputs: { environment: 'prod; id' } } }, /no environment "prod; id"/],
      [{ event: { inputs: { 'image-digest': 'latest' } } }, /image-digest is "latest"/],
      [{ event: '<html>' }, /is no event of GitHub/],
    ] as const) {
      const { status, stderr, environments } = targets(given);
      assert.deepEqual([status, environments], [2, undefined], stderr);
      assert.match(stderr, expected);
    }
    // An event without a repository names no default branch.
    assert.equal(targets({ event: { repository: undefined } }).status, 4);
  });
});
