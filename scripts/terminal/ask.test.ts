import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { askSecret, choose, confirm, NotConfirmed } from './ask.ts';

const { signal } = new AbortController();

function terminal() {
  const raw: boolean[] = [];
  return Object.assign(new PassThrough(), { isTTY: true, raw, setRawMode: (on: boolean) => raw.push(on) });
}

describe('terminal: ask', () => {
  it('goes on where the word is typed in full, at a terminal or on the command line', async () => {
    const input = terminal();
    const asked = confirm({ word: 'staging', given: undefined, signal }, input, new PassThrough());
    input.write('staging\n');
    await asked;
    await confirm({ word: 'staging', given: 'staging', signal }, new PassThrough());
  });

  it('stops at any other word, and where nobody can be asked', async () => {
    const input = terminal();
    const asked = confirm({ word: 'staging', given: undefined, signal }, input, new PassThrough());
    input.write('stag\n');
    await assert.rejects(asked, (error) => error instanceof NotConfirmed && error.exitCode === 4);
    await assert.rejects(confirm({ word: 'staging', given: undefined, signal }, new PassThrough()), {
      message: 'It has to be confirmed, and there is no terminal to ask at.',
      remedy: 'Nothing was changed. --confirm staging says it on the command line.',
    });
  });

  it('takes one of some words, and nothing for any other', async () => {
    for (const [typed, taken] of [
      ['retain', 'retain'],
      ['ret', undefined],
    ] as const) {
      const input = terminal();
      const asked = choose('What now?', ['retry', 'retain'], signal, input, new PassThrough());
      input.write(`${typed}\n`);
      assert.equal(await asked, taken);
    }
    assert.equal(await choose('What now?', ['retry'], signal, new PassThrough()), undefined);
  });

  it('reads a secret without showing it, and obeys the keys that correct', async () => {
    const input = terminal();
    const output = new PassThrough();
    const asked = askSecret('New value: ', signal, input, output);
    input.write('hux');
    input.write('\u007fnter2\r');
    assert.equal(await asked, 'hunter2');
    assert.equal(String(output.read()), 'New value: \n');
    assert.deepEqual(input.raw, [true, false]);
  });

  it('reads a secret from a pipe, without its last line break', async () => {
    const input = new PassThrough();
    input.end('p ss\nw\r\n');
    assert.equal(await askSecret('New value: ', signal, input), 'p ss\nw');
  });
});
