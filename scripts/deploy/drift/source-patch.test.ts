import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { written } from '../../../environments/testing/written.ts';
import { patchOf, withValue } from './source-patch.ts';

const root = join(import.meta.dirname, '../../..');
const files: Readonly<Record<string, object>> = {
  'environments/production.ts': written.environments.production,
  'environments/staging.ts': written.environments.staging,
  'environments/development.ts': written.environments.development,
  'environments/tiers/production.ts': written.tiers.production,
  'environments/tiers/nonproduction.ts': written.tiers.nonproduction,
};
const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'patch-'));
let count = 0;

/** What the file would export. */
async function evaluated(text: string): Promise<unknown> {
  const file = join(folder, `${++count}.mts`);
  writeFileSync(file, text);
  return Object.values(await import(pathToFileURL(file).href))[0];
}

type Tree = Record<string, unknown>;
const leaves = (value: unknown, key: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([name, item]) => leaves(item, [...key, name]))
    : [key];

function set(object: object, key: readonly string[], value: unknown): object {
  const copy = structuredClone(object) as Tree;
  let at = copy;
  for (const name of key.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Tree;
  }
  at[key.at(-1) ?? ''] = value;
  return copy;
}

describe('drift: a value written into environments/', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('is there, under whichever key the files have, and nothing else is changed', async () => {
    let tried = 0;
    for (const [file, exported] of Object.entries(files)) {
      for (const key of leaves(exported)) {
        const value = ++tried % 2 === 0 ? 4711 : "it's\\{";
        const text = withValue(textOf(file), key, value);
        assert.ok(text !== undefined, `${file} ${key.join('.')}`);
        assert.deepEqual(await evaluated(text), set(exported, key, value), `${file} ${key.join('.')}`);
      }
    }
    assert.ok(tried > 60, `${tried} keys`);
  });

  it('is added where it was left to its default', async () => {
    const file = 'environments/production.ts';
    for (const key of [
      ['lambda', 'timeoutSeconds'],
      ['api', 'throttle', 'queue'],
      ['mail', 'smtp', 'port'],
      ['stage'],
    ]) {
      const text = withValue(textOf(file), key, 20) ?? '';
      assert.deepEqual(await evaluated(text), set(written.environments.production, key, 20), text);
    }
  });

  it('is not written where the file is written otherwise', () => {
    assert.equal(withValue('export const x = make({ a: 1 });\n', ['a'], 2), undefined);
    assert.equal(withValue('export const x = {\n  a: shared,\n};\n', ['a', 'b'], 2), undefined);
    assert.equal(withValue('export const x = {\n  a: 1,\n', ['b'], 2), undefined);
  });

  it('is a patch that git applies', () => {
    for (const file of Object.keys(files)) {
      const before = textOf(file);
      const lines = before.split('\n');
      const ends = [
        `// first\n${before}`,
        before.replace(/\};\n$/, '  more: 1,\n};\n'),
        lines.toSpliced(8, 2, 'x').join('\n'),
      ];
      for (const after of ends) {
        const path = join(folder, file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, before);
        execFileSync('git', ['apply', '--whitespace=nowarn', '-'], {
          cwd: folder,
          input: patchOf(file, before, after),
        });
        assert.equal(readFileSync(path, 'utf8'), after);
      }
    }
    assert.equal(patchOf('x.ts', 'same\n', 'same\n'), '');
  });
});
