import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const room = import.meta.dirname;

describe('simulated CloudFormation: behaviour.md', () => {
  it('has a test for every line, and a line for every numbered test', () => {
    const text = readFileSync(join(room, 'behaviour.md'), 'utf8');
    const lines = [...text.matchAll(/^- ([A-Z]\d+) .*\[.+\]$/gm)].map(([, id]) => id ?? '');
    const titles = globSync('**/*.test.ts', { cwd: room })
      .flatMap((file) => [...readFileSync(join(room, file), 'utf8').matchAll(/\('([A-Z]\d+) /g)])
      .map(([, id]) => id ?? '');
    assert.equal(new Set(lines).size, lines.length, 'a number is given twice');
    assert.equal(lines.length, [...text.matchAll(/^- /gm)].length, 'a line has no number or no source');
    assert.deepEqual([...titles].sort(), [...lines].sort());
  });
});
