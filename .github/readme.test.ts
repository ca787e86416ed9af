/** The page for the person who sets this up: what it says of the workflows is so, and what it says to type can be typed. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Job, scripts, texts, verbsIn, workflow, workflows } from './workflow-files.ts';

const file = new URL('./workflows/README.md', import.meta.url);
const page = readFileSync(file, 'utf8');
const blocks = [...page.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, text = '']) => text.replace(/^ {3}/gm, ''));

/** Those that a job calls, with those that these call. */
function reached(name: string): readonly string[] {
  const called = Object.values(workflow(name).jobs).flatMap(({ uses }) => uses?.split('/').at(-1) ?? []);
  return [...new Set([name, ...called.flatMap(reached)])];
}
const jobsOf = (name: string): readonly Job[] => reached(name).flatMap((each) => Object.values(workflow(each).jobs));
const callersOf = (name: string) =>
  [...workflows.keys()].filter((other) => other !== name && reached(other).includes(name));

const every: Readonly<Record<string, string>> = { '*': 'month', '1': 'Monday' };
const moments: Readonly<Record<string, (name: string) => string>> = {
  push: () => 'push to `main`',
  pull_request: () => 'pull request',
  merge_group: () => 'merge queue',
  workflow_dispatch: () => 'by hand',
  schedule: (name) => `each ${every[/cron: '.* (\S+)'/.exec(texts.get(name) ?? '')?.[1] ?? ''] ?? 'so often'}`,
  workflow_call: (name) =>
    `called by ${callersOf(name)
      .map((each) => `\`${each}\``)
      .join(', ')}`,
};

function rowOf(name: string): string {
  const when = Object.keys(workflow(name).on).map((event) => moments[event]?.(name) ?? assert.fail(event));
  const all = jobsOf(name);
  const assumed = all.flatMap(({ steps = [] }) =>
    steps.flatMap(({ with: given }) => String(given?.['role-to-assume'] ?? '')),
  );
  const roles = [
    ...new Set(assumed.flatMap((role) => /AWS_(\w+)_ROLE_ARN/.exec(role)?.[1]?.toLowerCase() ?? [])),
  ].sort();
  const writes = all.flatMap(({ permissions = {} }) =>
    Object.entries(permissions).flatMap(([scope, right]) => (right === 'write' && scope !== 'id-token' ? scope : [])),
  );
  const cells = [
    when.join(', '),
    roles.join(', ') || 'none',
    [...new Set(writes)].join(', ') || 'nothing',
    testsOf(name),
  ];
  return `| \`${name}\` | ${cells.join(' | ')} |`;
}

/** Walks that start it, or what calls it; of those that nothing starts, what holds their structure. */
function testsOf(name: string): string {
  const runs = new URL('./runs/', import.meta.url);
  const started = [name, ...callersOf(name)];
  const walks = readdirSync(runs).filter((test) => {
    if (!test.endsWith('.test.ts')) return false;
    const text = readFileSync(new URL(test, runs), 'utf8');
    return started.some((each) => text.includes(`'${each}'`) && !isGiven(each, name, text));
  });
  return walks.map((test) => `\`runs/${test}\``).join(', ') || '`workflows.test.ts`';
}

/** A job that a walk only says to have ended is not walked by it. */
const isGiven = (caller: string, name: string, text: string) =>
  caller !== name && name === 'ci.yml' && /given = \{ ci: /.test(text);

describe('the page of the workflows', () => {
  it('says of each when it runs, as whom, what it may write, and which test walks it', () => {
    const rows = [...workflows.keys()].sort().map(rowOf);
    const head = ['| | runs on | role in AWS | may write on GitHub | covered by |', '|---|---|---|---|---|'];
    const table = `<!-- workflows: begin -->\n\n${[...head, ...rows].join('\n')}\n\n<!-- workflows: end -->`;
    const is = /<!-- workflows: begin -->[\s\S]*<!-- workflows: end -->/;
    if (process.env.UPDATE_GOLDEN)
      writeFileSync(
        file,
        page.replace(is, () => table),
      );
    assert.equal(is.exec(readFileSync(file, 'utf8'))?.[0], table);
    assert.ok(rows.every((row) => !row.includes('so often')));
  });

  it('says what each is for', () => {
    for (const name of workflows.keys()) assert.ok(page.includes(`\`${name}\``), name);
  });

  it('names verbs, workflows and inputs that there are', () => {
    for (const { verb } of blocks.flatMap((text) => verbsIn('README.md', text))) assert.ok(verb in scripts, verb);
    const started = blocks.flatMap((text) => [...text.matchAll(/gh workflow run (\S+)(.*)$/gm)]);
    assert.ok(started.length > 5);
    for (const [line, name = '', words = ''] of started) {
      const inputs = workflow(name).on.workflow_dispatch?.inputs ?? assert.fail(line);
      assert.match(words, / --ref main\b/, line);
      for (const [, input = '', value = ''] of words.matchAll(/ -f ([\w-]+)=('[^']*'|\S+)/g)) {
        const { options, type } = inputs[input] ?? assert.fail(`${line}: there is no input ${input}`);
        if (options) assert.ok(options.includes(value), `${line}: ${input} takes ${options.join(', ')}`);
        if (type === 'boolean') assert.ok(['true', 'false'].includes(value), line);
      }
    }
  });

  it('sets every variable that a workflow reads, each where it is read, when it is pasted', () => {
    const text = blocks.find((each) => each.includes('gh variable set AWS_ACCOUNT_ID')) ?? assert.fail('no such block');
    const bin = mkdtempSync(join(tmpdir(), 'simulated-commands-'));
    try {
      const log = join(bin, 'calls');
      const command = (name: string, script: string) => {
        writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
        chmodSync(join(bin, name), 0o755);
      };
      command('gh', `printf '%s\\n' "$*" >> "${log}"`);
      command('aws', 'echo 123456789012');
      const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
      execFileSync('bash', ['-euo', 'pipefail', '-c', text], { env });
      const calls = readFileSync(log, 'utf8').trim().split('\n');
      const role = 'arn:aws:iam::123456789012:role/coalition-builder';
      for (const wanted of [
        'variable set AWS_ACCOUNT_ID --body 123456789012',
        'variable set AWS_REGION --body us-east-1',
        `variable set AWS_PREVIEW_ROLE_ARN --body ${role}-preview`,
        ...['development', 'staging', 'production'].map(
          (each) => `variable set AWS_DEPLOY_ROLE_ARN --env ${each} --body ${role}-deploy-${each}`,
        ),
      ])
        assert.ok(calls.includes(wanted), `${wanted}\n${calls.join('\n')}`);
      const read = new Set(
        [...texts.values()].flatMap((each) => [...each.matchAll(/vars\.(\w+)/g)].map(([, name]) => name)),
      );
      // Which of the environments are imported into monthly is up to whoever wants that.
      read.delete('TIGER_IMPORT_MONTHLY');
      for (const name of read)
        assert.ok(
          calls.some((call) => call.startsWith(`variable set ${name} `)),
          name,
        );
      for (const name of ['preview', 'development', 'staging', 'production'])
        assert.ok(
          calls.some((call) => call.includes(`environments/${name}/deployment-branch-policies`)),
          name,
        );
    } finally {
      rmSync(bin, { recursive: true });
    }
  });

  it('checks each environment, when it is pasted', function () {
    this.timeout(60_000);
    const text = blocks.find((each) => each.includes('npm run preflight')) ?? assert.fail('no such block');
    const given = "account=123456789012; role='arn:aws:iam::123456789012:role/coalition-builder'";
    const paste = (before: string) =>
      spawnSync('bash', ['-euo', 'pipefail', '-c', `${before}\n${text}`], { encoding: 'utf8' });
    const { status, stdout, stderr } = paste(given);
    assert.equal(status, 0, stdout + stderr);
    for (const environment of ['development', 'staging', 'production'])
      assert.match(stdout, new RegExp(`${environment}`));
    assert.notEqual(paste("account=''; role=''").status, 0);
  });

  it('has nothing that a shell would stumble over', () => {
    for (const text of blocks) execFileSync('bash', ['-n', '-c', text]);
  });
});
