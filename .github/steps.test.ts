import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

interface Step {
  readonly name?: string;
  readonly run?: string;
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly Step[] }>>;
}

const verb = (name: string) => fileURLToPath(new URL(`../scripts/${name}.ts`, import.meta.url));

describe('workflows: the words that a step hands to its verb', () => {
  if (process.platform === 'win32') return;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'steps-'));
    writeFileSync(join(folder, 'npm'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a step as GitHub does, with an npm that only says what it was given. */
  function words(file: string, name: string, env: Readonly<Record<string, string>>): readonly string[] {
    const { jobs } = load(readFileSync(new URL(`./workflows/${file}`, import.meta.url), 'utf8')) as Workflow;
    const steps = Object.values(jobs).flatMap(({ steps = [] }) => steps);
    const run = steps.find((step) => step.name === name)?.run ?? assert.fail(`${file} has no step "${name}"`);
    const { status, stdout, stderr } = spawnSync('bash', ['-u', '-eo', 'pipefail', '-c', run], {
      cwd: folder,
      env: { ...env, PATH: `${folder}${delimiter}${process.env.PATH}` },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout.trimEnd().split('\n');
  }

  /** Every word after `--` that is a flag is one that the verb's own help lists. */
  function takenBy(name: string, given: readonly string[]): void {
    const { stdout } = spawnSync(process.execPath, [verb(name), '--help'], { encoding: 'utf8' });
    for (const flag of given.slice(given.indexOf('--') + 1).filter((word) => word.startsWith('--')))
      assert.match(stdout, new RegExp(`\\s${flag}\\b`), `npm run ${name} takes no ${flag}`);
  }

  const digest = `sha256:${'a'.repeat(64)}`;

  for (const name of ['deploy', 'preview']) {
    it(`${name}: the images, where there are any`, () => {
      const all = { ENVIRONMENT: 'staging', LAMBDA_IMAGE: digest, IMPORTER_IMAGE: digest };
      const given = words('_deploy-environment.yml', `npm run ${name}`, all);
      const flags = ['--lambda-image', digest, '--importer-image', digest];
      assert.deepEqual(given, ['run', name, '--', 'staging', ...flags]);
      takenBy(name, given);
      const none = { ...all, LAMBDA_IMAGE: '', IMPORTER_IMAGE: '' };
      assert.deepEqual(words('_deploy-environment.yml', `npm run ${name}`, none), ['run', name, '--', 'staging']);
    });
  }

  it('run-import: what was asked for, each value one word whatever is in it', () => {
    const env = {
      ENVIRONMENT: 'staging',
      DATASET: 'cd,sldu',
      STATES: 'CO; id --force $(id)',
      YEAR: '',
      RESOLUTION: '',
      SOURCE: 's3',
      DRY_RUN: 'yes',
      FORCE: '',
      GITHUB_RUN_ID: '17',
      GITHUB_RUN_ATTEMPT: '1',
    };
    const given = words('tiger-import.yml', 'npm run run-import', env);
    assert.deepEqual(given, [
      ...['run', 'run-import', '--', 'staging', '--token', '17-1', '--timeout', '50'],
      ...[
        '--dataset',
        'cd,sldu',
        '--states',
        'CO; id --force $(id)',
        '--year',
        '',
        '--resolution',
        '',
        '--source',
        's3',
      ],
      '--dry-run',
    ]);
    takenBy('run-import', given);
  });

  it('run-import: the task to stop, or none', () => {
    for (const task of ['arn:aws:ecs:us-east-1:123456789012:task/x/y', '']) {
      const given = words('tiger-import.yml', 'Stop the task', { ENVIRONMENT: 'staging', TASK: task });
      assert.deepEqual(given, ['run', 'run-import', '--', 'staging', '--stop', ...(task ? [task] : [])]);
      takenBy('run-import', given);
    }
  });

  it('image: the registry of the account', () => {
    const given = words('deploy-lambda.yml', 'npm run image', { REGISTRY: '1.dkr.ecr.us-east-1.amazonaws.com' });
    assert.deepEqual(given, ['run', 'image', '--', '--push', '1.dkr.ecr.us-east-1.amazonaws.com']);
    takenBy('image', given);
  });

  it('comment: the pull request', () => {
    const given = words('preview.yml', 'npm run comment', { PULL_REQUEST: '7' });
    assert.deepEqual(given, ['run', 'comment', '--', 'plans', '--pull-request', '7']);
    takenBy('comment', given);
  });

  it('preview without AWS: against the base, as a summary', () => {
    const summary = join(folder, 'summary');
    const env = { ENVIRONMENT: 'staging', BASE: 'abc123', GITHUB_STEP_SUMMARY: summary };
    words('preview.yml', 'npm run preview --offline', env);
    const given = readFileSync(summary, 'utf8').trimEnd().split('\n').slice(2);
    assert.deepEqual(given, ['preview', '--', 'staging', '--offline', '--base', 'abc123', '--format', 'summary']);
    takenBy('preview', given);
  });

  it('preview of a pull request: into the file that the comment reads', () => {
    const env = { ENVIRONMENT: 'staging' };
    words('preview.yml', 'npm run preview', env);
    const given = readFileSync(join(folder, 'plans', 'staging.json'), 'utf8')
      .trimEnd()
      .split('\n');
    assert.deepEqual(given, ['run', '--silent', 'preview', '--', 'staging', '--json']);
    takenBy('preview', given);
  });
});
