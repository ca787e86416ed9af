import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setOutputs } from './workflow.ts';

describe('outputs of a step', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outputs-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are added to the file that GitHub names, and left alone elsewhere', async () => {
    const file = join(folder, 'output');
    await writeFile(file, 'before=1\n');
    await setOutputs({ 'lambda-digest': 'sha256:aa', 'importer-digest': undefined }, file);
    assert.equal(await readFile(file, 'utf8'), 'before=1\nlambda-digest=sha256:aa\n');
    await setOutputs({ anything: 'at all' }, '');
  });

  it('cannot carry a second output in their value', async () => {
    await assert.rejects(setOutputs({ digest: 'a\nrole=other' }, join(folder, 'never')), /line break/);
  });
});
