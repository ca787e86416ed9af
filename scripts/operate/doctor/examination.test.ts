import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { AwsError } from '../../aws/errors.ts';
import { DeployError } from '../../deploy/errors.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { Absent, type Check, examination, Finding, verdict } from './examination.ts';

const found = <T>(value: T) => ({ found: String(value), value });

describe('doctor: an examination', () => {
  it('asks at once, and says in the order in which things stand', async () => {
    const said: string[] = [];
    const { check, end } = examination(({ name }) => said.push(name));
    let running = 0;
    let most = 0;
    const look = (milliseconds: number) => async () => {
      most = Math.max(most, ++running);
      await setTimeout(milliseconds);
      running--;
      return found(1);
    };
    check('slow', [], look(30));
    check('quick', [], look(1));
    check('middling', [], look(10));
    await end();
    assert.deepEqual(said, ['slow', 'quick', 'middling']);
    assert.equal(most, 3);
  });

  it('hands on what was found, and does not look behind what is wrong', async () => {
    const { check, end } = examination(() => {});
    const two = check('two', [], async () => found(2));
    const wrong = check('wrong', [], async () => {
      throw new Finding('no', 'mend it');
    });
    check('sum', [two, two], async (a, b) => found(a + b));
    const behind = check('behind', [two, wrong], async () => assert.fail('it looked'));
    check('further behind', [behind], async () => assert.fail('it looked'));
    assert.deepEqual(
      (await end()).map(({ name, outcome, found: words, remedy }) => [name, outcome, words, remedy]),
      [
        ['two', 'ok', '2', undefined],
        ['wrong', 'failed', 'no', 'mend it'],
        ['sum', 'ok', '4', undefined],
        ['behind', 'not checked', 'after "wrong" is right', undefined],
        ['further behind', 'not checked', 'after "behind" is right', undefined],
      ],
    );
  });

  it('does not take a bug for a finding', async () => {
    const { check, end } = examination(() => {});
    check('a bug', [], async () => {
      throw new TypeError('x is undefined');
    });
    await assert.rejects(end(), TypeError);
  });

  for (const [what, errors, code] of [
    ['nothing is wrong', [], exitCode.done],
    ['something is not there on purpose', [new Absent('elsewhere')], exitCode.done],
    ['something is wrong', [new Finding('no', 'mend it'), new Absent('elsewhere')], exitCode.failed],
    ['nobody could look', [new AwsError('denied', 'ask', exitCode.failed, undefined)], exitCode.needsHuman],
    [
      'something is wrong, and nobody could look at something else',
      [new Finding('no', 'mend it'), new AwsError('denied', 'ask', exitCode.failed, undefined)],
      exitCode.failed,
    ],
    ['a stack waits for a person', [new DeployError('stuck', 'look', exitCode.needsHuman)], exitCode.needsHuman],
    ['a stack is busy', [new DeployError('busy', 'wait', exitCode.busy)], exitCode.failed],
  ] as const) {
    it(`ends with ${code} where ${what}`, async () => {
      const { check, end } = examination(() => {});
      check('right', [], async () => found(1));
      for (const error of errors) check(error.message, [], () => Promise.reject(error));
      const checks: readonly Check[] = await end();
      assert.equal(verdict(checks), code);
    });
  }
});
