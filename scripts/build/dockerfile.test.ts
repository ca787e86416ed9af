import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { programNames } from './bundle.ts';

interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly { readonly word: string; readonly rest: string }[];
}

const stages = stagesOf(readFileSync(new URL('../../api/Dockerfile', import.meta.url), 'utf8'));

/** No instruction of ours has a continuation line, which keeps this honest as long as it finds none. */
function stagesOf(dockerfile: string): readonly Stage[] {
  assert.doesNotMatch(dockerfile, /\\$/m);
  const lines = dockerfile.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const found: { name: string; base: string; instructions: { word: string; rest: string }[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? assert.fail(`not an instruction: ${line}`);
    if (word === 'ARG') assert.ok(found.length === 0 && rest === 'TARGETARCH', rest);
    else if (word === 'FROM') {
      const [, base = '', name = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? assert.fail(`a stage without a name: ${rest}`);
      found.push({ base, name, instructions: [] });
    } else (found.at(-1) ?? assert.fail(`${word} before FROM`)).instructions.push({ word, rest });
  }
  return found;
}

describe('api/Dockerfile', () => {
  const stage = (name: string) => stages.find((one) => one.name === name) ?? assert.fail(`no target ${name}`);
  const words = (name: string, word: string) =>
    stage(name)
      .instructions.filter((one) => one.word === word)
      .map(({ rest }) => rest);

  it('has one target a program, and a base of Lambda for each platform', () => {
    assert.deepEqual(
      stages.map(({ name }) => name),
      ['lambda-amd64', 'lambda-arm64', ...programNames],
    );
  });

  for (const program of programNames) {
    describe(program, () => {
      it('stands on bases that are pinned by digest', () => {
        const { base } = stage(program);
        const bases = /^lambda-\$\{TARGETARCH\}$/.test(base)
          ? ['lambda-amd64', 'lambda-arm64'].map((name) => stage(name).base)
          : [base];
        for (const each of bases) assert.match(each, /^public\.ecr\.aws\/[^:@]+:24[^@]*@sha256:[0-9a-f]{64}$/);
      });

      it('copies its own bundle and nothing else; adds and fetches nothing', () => {
        assert.equal(words(program, 'COPY').length, 1);
        assert.ok(words(program, 'COPY')[0]?.startsWith(`${program}/ `));
        const allowed = ['COPY', 'CMD', 'ENTRYPOINT', 'ENV', 'RUN', 'USER', 'WORKDIR'];
        for (const { word } of stage(program).instructions) assert.ok(allowed.includes(word), word);
      });

      it('starts its command without a shell', () => {
        for (const rest of ['CMD', 'ENTRYPOINT', 'RUN'].flatMap((word) => words(program, word)))
          assert.ok(Array.isArray(JSON.parse(rest)), rest);
      });
    });
  }

  it('runs while it is built nothing but what writes the code cache, by the Node of the base', () => {
    assert.deepEqual(words('lambda', 'RUN'), ['["/var/lang/bin/node", "/var/task/code-cache.mjs"]']);
    assert.deepEqual(words('importer', 'RUN'), []);
  });

  it('gives Lambda the module and the export that the bundle has, and keeps its entry point', () => {
    assert.deepEqual(words('lambda', 'CMD'), ['["lambda.handler"]']);
    assert.deepEqual(words('lambda', 'ENTRYPOINT'), []);
  });

  it('runs the importer as a user that is not root, with its arguments to be given', () => {
    assert.match(words('importer', 'USER')[0] ?? '', /^[1-9]\d*:[1-9]\d*$/);
    assert.deepEqual(words('importer', 'ENTRYPOINT'), ['["node", "/importer/importer.mjs"]']);
    assert.deepEqual(words('importer', 'CMD'), []);
  });
});
