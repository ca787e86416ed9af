import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { scripts, steps, verbsIn, workflow } from './workflow-files.ts';

const exec = promisify(execFile);
const asked = new Map<string, Promise<string>>();

/** What `npm run <verb> -- --help` prints. */
function help(verb: string): Promise<string> {
  const [file = assert.fail(`there is no npm run ${verb}`)] = /\S+\.ts$/.exec(scripts[verb] ?? '') ?? [];
  const known = asked.get(verb) ?? exec(process.execPath, [file, '--help']).then(({ stdout }) => stdout);
  asked.set(verb, known);
  return known;
}

describe('workflows: the verbs that they call', function () {
  this.timeout(60_000);

  it('take the flags that they are given', async () => {
    const called = steps.flatMap(({ at, step }) => verbsIn(at, step.run ?? ''));
    const flagged = called.filter(({ verb, words }) => verb in scripts && / -- /.test(words));
    assert.ok(flagged.length > 20, String(flagged.length));
    for (const { at, verb, words } of flagged) {
      const text = await help(verb);
      for (const [, flag = ''] of words.matchAll(/(?<![\w-])--([a-z][\w-]*)/g))
        assert.match(text, new RegExp(`--${flag}\\b`), `${at}: npm run ${verb} does not take --${flag}`);
    }
  });

  it('are what operations offers, one an action, and every input is of use to one', async () => {
    const { on, jobs } = workflow('operations.yml');
    const { action, environment, ...inputs } = on.workflow_dispatch?.inputs ?? {};
    const [job = assert.fail()] = Object.values(jobs);
    const conditional = (job.steps ?? []).filter(({ if: condition }) => condition !== undefined);
    assert.equal(conditional.length, action?.options?.length);
    for (const name of action?.options ?? []) {
      const [step, ...more] = conditional.filter(({ if: condition }) => condition === `inputs.action == '${name}'`);
      assert.ok(step?.run && more.length === 0, name);
      const [called, ...others] = verbsIn(name, step.run);
      assert.ok(called && others.length === 0, name);
      const [verb = '', kind] = /^(database)-(\w+)$/.exec(name)?.slice(1) ?? [name];
      assert.equal(called.verb, verb);
      assert.match(called.words, kind ? new RegExp(`^ -- ${kind} "\\$ENVIRONMENT"`) : /^ -- "\$ENVIRONMENT"/);
      if (kind) assert.match(await help(verb), new RegExp(`one of [\\w, ]*\\b${kind}\\b`));
    }
    const used = JSON.stringify(job);
    for (const input of Object.keys(inputs)) assert.ok(used.includes(`inputs.${input}`), `nothing takes ${input}`);
    assert.ok(environment?.options?.includes('production'));
    assert.equal(job.environment, '${{ inputs.environment }}', 'whose reviewers GitHub asks');
  });

  it('wait for deploys where they change what deploys change', () => {
    const { concurrency } = workflow('operations.yml');
    const queue = workflow('_deploy-environment.yml').jobs.deploy?.concurrency;
    const [, waiting = ''] = /fromJSON\('(\[.*?\])'\)/.exec(concurrency?.group ?? '') ?? [];
    assert.deepEqual(JSON.parse(waiting).sort(), ['backup', 'database-start', 'database-stop', 'resume', 'rollback']);
    assert.match(
      concurrency?.group ?? '',
      /format\('deploy-\{0\}', .* == 'production' && 'production' \|\| 'nonproduction'\)/s,
    );
    assert.match(queue?.group ?? '', /^deploy-\$\{\{ .* == 'production' && 'production' \|\| 'nonproduction' \}\}$/);
    assert.deepEqual([concurrency?.['cancel-in-progress'], concurrency?.queue], [false, 'max']);
  });
});
