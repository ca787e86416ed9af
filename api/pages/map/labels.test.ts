import assert from 'node:assert/strict';
import { shortName } from './labels.js';

describe('labels', () => {
  for (const [name, label] of [
    ['Minnesota', 'Minnesota'],
    ['District of Columbia', 'District of Columbia'],
    ['Ramsey County', 'Ramsey'],
    ['Bayamón Municipio', 'Bayamón'],
    ['Congressional District 4', '4'],
    ['State House District 65B', '65B'],
    ['Congressional District (at Large)', 'At large'],
    ['Delegate District (at Large)', 'At large'],
  ] as const) {
    it(`calls ${name} ${label} on the map`, () => {
      assert.equal(shortName(name), label);
    });
  }
});
