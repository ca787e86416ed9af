import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { assembled } from '../../environments/testing/written.ts';
import { lint } from './cfn-lint.ts';
import { inspect } from './checkov.ts';
import { overdue } from './expired.ts';
import { pythonTool, ToolMissingError } from './python-tool.ts';

const { signal } = new AbortController();
const windows = process.platform === 'win32';

describe('check: where a checker comes from', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('the PATH first, then .venv', async () => {
    const venv = join(folder, '.venv');
    const bin = join(venv, windows ? 'Scripts' : 'bin');
    const onPath = join(folder, 'path');
    await mkdir(bin, { recursive: true });
    await mkdir(onPath);
    await copyFile(new URL('requirements.txt', import.meta.url), join(venv, 'requirements.txt'));
    await executable(join(bin, 'cfn-lint'));
    assert.equal(await pythonTool('cfn-lint', signal, { path: onPath, venv }), join(bin, tool));
    await executable(join(onPath, 'cfn-lint'));
    assert.equal(await pythonTool('cfn-lint', signal, { path: onPath, venv }), join(onPath, tool));
  });

  it('without it and without a Python, one sentence says what to do', async () => {
    await assert.rejects(
      pythonTool('cfn-lint', signal, { path: folder, venv: join(folder, '.venv') }),
      (error: ToolMissingError) =>
        error instanceof ToolMissingError &&
        error.exitCode === 2 &&
        /not installed, and there is no Python/.test(error.message) &&
        /Install Python/.test(error.remedy),
    );
  });

  const tool = windows ? 'cfn-lint.exe' : 'cfn-lint';
  async function executable(path: string): Promise<void> {
    const file = windows ? `${path}.exe` : path;
    await writeFile(file, '');
    await chmod(file, 0o755);
  }
});

describe('check: what has expired', () => {
  it('is named with its file and its day, and the day itself still counts', () => {
    const all = assembled({
      'tiers.nonproduction.database.queryLogging': { slowerThanMs: 500, until: '2030-01-31' },
      'account.allowedChanges': [
        {
          stack: 'coalition-builder-production-database',
          resource: 'Database',
          change: 'replace',
          until: '2030-02-28',
          reason: 'moving to another instance',
        },
      ],
      'account.ignoredDrift': [
        {
          stack: 'coalition-builder-production-api',
          resource: 'Function',
          property: 'MemorySize',
          until: '2030-01-31',
          reason: 'raised while the cause is looked for',
        },
      ],
    });
    assert.deepEqual(overdue(all, '2030-01-31'), []);
    assert.deepEqual(overdue(all, '2030-03-01'), [
      {
        where: 'environments/account.ts',
        message: 'allowedChanges: coalition-builder-production-database may replace Database was to end on 2030-02-28',
      },
      {
        where: 'environments/account.ts',
        message: 'ignoredDrift: MemorySize of Function in coalition-builder-production-api was to end on 2030-01-31',
      },
      {
        where: 'environments/tiers/nonproduction.ts',
        message: 'database.queryLogging was to end on 2030-01-31',
      },
    ]);
  });
});

describe('check: cfn-lint', () => {
  before(async function () {
    // Installing it takes half a minute and a package index; `npm run check` does that, a test does not.
    const found = await pythonTool('cfn-lint', signal, { mayInstall: false }).catch(() => undefined);
    if (!found) this.skip();
  });

  it('says where a template is wrong, by rule and line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'check-'));
    const path = join(folder, 'wrong.yaml');
    await writeFile(path, 'Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketNam: x\n');
    const findings = await lint(path, signal);
    await rm(folder, { recursive: true });
    assert.equal(findings.length, 1);
    assert.match(findings[0]?.where ?? '', /wrong\.yaml:5$/);
    assert.equal(findings[0]?.rule, 'E3002');
    assert.match(findings[0]?.message ?? '', /BucketNam/);
  }).timeout(30_000);
});

describe('check: Checkov', () => {
  let folder: string;
  before(async function () {
    // With `/api`, 40 letters and slashes in a row, which Checkov would take for a secret key in the variables of a function.
    folder = join(await mkdtemp(join(tmpdir(), 'check-')), 'a'.repeat(29));
    await mkdir(folder);
    await writeFile(join(folder, 'empty.yaml'), '');
    // As above: `npm run check` installs it, a test does not.
    const found = await inspect(folder, signal, { mayInstall: false }).catch((error) => {
      if (error instanceof ToolMissingError) return undefined;
      throw error;
    });
    if (!found) this.skip();
    else assert.match(found[0]?.message ?? '', /no template/);
  });
  after(() => rm(dirname(folder), { recursive: true }));

  it('says which resource breaks which rule, unless the resource says why', async () => {
    const table = (metadata: string) =>
      `Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n${metadata}    Properties:\n      KeySchema: []\n`;
    const skip = ['CKV_AWS_28', 'CKV_AWS_119'].map((id) => `{id: ${id}, comment: because of this test}`);
    await writeFile(join(folder, 'open.yaml'), table(''));
    await writeFile(join(folder, 'silenced.yaml'), table(`    Metadata: {checkov: {skip: [${skip}]}}\n`));
    const lambda =
      '  Function:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment: {Variables: {STAGE: here}}\n';
    await writeFile(join(folder, 'api.yaml'), `Resources:\n${lambda}`);
    const all = await inspect(folder, signal);
    assert.ok(!all.some(({ rule }) => rule === 'CKV_AWS_45'), 'the path of a template is no secret');
    const found = all.filter(({ where }) => !where.includes('/api.yaml:'));
    assert.ok(found.length < all.length);
    assert.deepEqual([...new Set(found.map(({ where }) => where.replace(/^.*\//, '')))], ['open.yaml:2']);
    assert.ok(found.some(({ rule, message }) => rule === 'CKV_AWS_119' && /^Table: /.test(message)));
  }).timeout(60_000);
});
