import assert from 'node:assert/strict';
import { printable } from './style.ts';

describe('printable', () => {
  it('writes out what a terminal would obey, and leaves every other character and line break', () => {
    assert.equal(printable('a\u001b[31mb\rc\td\u009b'), 'a\\x1b[31mb\\x0dc\\x09d\\x9b');
    assert.equal(printable('gpj\u202e.exe\u2069'), 'gpj\\u202e.exe\\u2069');
    assert.equal(printable('Peña\n東京 🏛'), 'Peña\n東京 🏛');
  });
});
