import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { holds } from '../../generator/proofs/proof.ts';
import { prove } from '../../generator/proofs/prove.ts';
import { read } from '../generate/folder.ts';
import { proofsText } from './text.ts';

const verb = fileURLToPath(new URL('../prove.ts', import.meta.url));

function run(...args: string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [verb, ...args], { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe('prove: the committed templates', () => {
  it('keep every promise', async () => {
    const proofs = await prove(await read());
    assert.deepEqual(
      proofs.flatMap(({ claims }) => claims.flatMap(({ findings }) => findings)),
      [],
    );
    assert.deepEqual(
      proofs.map(({ name }) => name),
      ['Reachability', 'Exposure', 'Least privilege', 'Data safety', 'Limits', 'Reproducibility'],
    );
    for (const { claims } of proofs) for (const { says, shown } of claims) assert.ok(says && shown);
  });

  it('are named where they break one, and by what', async () => {
    const bodies = new Map(await read());
    const path = 'tiers/production/database.yaml';
    bodies.set(path, (bodies.get(path) ?? '').replace('PubliclyAccessible: false', 'PubliclyAccessible: true'));
    const proofs = await prove(bodies);
    assert.ok(!proofs.every(holds));
    const text = proofsText(proofs);
    assert.match(text, /✗ coalition-builder-production answers its own programs/);
    assert.match(text, /templates\/tiers\/production\/database\.yaml Database does not say PubliclyAccessible: false/);
    assert.match(text, /✗ \d+ of \d+ claims do not hold/);
  });
});

describe('prove: the verb', () => {
  it('prints each claim and what shows it, of one environment or of all', async () => {
    const { code, stdout, stderr } = await run('staging');
    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /✓ coalition-staging reaches all that it depends on\n {6}Secrets Manager: IPv6/);
    assert.match(stdout, /✓ nonproduction pays for no way out/);
    assert.doesNotMatch(stdout, /coalition-production reaches/);
    assert.match(stdout, /✓ \d+ claims hold\n$/);
  });

  it('as JSON', async () => {
    const { stdout } = await run('--json');
    assert.ok(JSON.parse(stdout).every(({ claims }: { claims: unknown[] }) => claims.length > 0));
  });

  it('refuses what is no environment', async () => {
    assert.equal((await run('qa')).code, 2);
  });
});
