import assert from 'node:assert/strict';
import { evaluate, holds, interpolate, type Scope } from './expression.ts';

const scope: Scope = {
  contexts: {
    inputs: { environment: 'staging', 'dry-run': false, reason: '' },
    needs: { ci: { result: 'success' }, image: { result: 'skipped', outputs: {} } },
    vars: { AWS_ACCOUNT_ID: '123456789012' },
    github: { event: { number: 7 } },
  },
  status: { success: true, failure: false, cancelled: false },
};
const failed: Scope = { ...scope, status: { success: false, failure: true, cancelled: false } };

describe('simulated GitHub Actions: expressions', () => {
  for (const [expression, value] of [
    ["inputs.environment == 'STAGING'", true],
    ["inputs.reason == '' && vars.AWS_ACCOUNT_ID != ''", true],
    ["inputs.dry-run && 'preview' || 'deploy'", 'deploy'],
    ["!contains(needs.*.result, 'failure') && !cancelled()", true],
    ["join(needs.*.result, ' ')", 'success skipped'],
    [`contains(fromJSON('["", "auto", "staging"]'), inputs.environment)`, true],
    ['needs.image.outputs.digest', null],
    ["needs.image.outputs.digest == ''", true],
    ["'it''s'", "it's"],
    ["github.event['number'] == '7'", true],
    ['(true || false) && null', null],
    ["format('{0}-{1}', 'a', 2)", 'a-2'],
  ] as const) {
    it(expression, () => assert.deepEqual(evaluate(expression, scope), value));
  }

  it('are replaced in a text, and keep their type alone', () => {
    assert.equal(interpolate('deploy-${{ inputs.environment }} ${{ inputs.dry-run }}', scope), 'deploy-staging false');
    assert.equal(interpolate('${{ inputs.dry-run }}', scope), false);
  });

  it('decide: success is meant unless another word is said', () => {
    assert.deepEqual(
      [holds(undefined, failed), holds("inputs.environment == 'staging'", failed), holds('always()', failed)],
      [false, false, true],
    );
    assert.ok(holds("${{ !cancelled() && needs.ci.result != 'skipped' }}", failed));
    // A word in quotes is none.
    assert.ok(!holds("inputs.environment != 'always()'", failed));
  });

  it('leave alone what the first operand decides, as GitHub does', () => {
    assert.equal(evaluate("false && contains(fromJSON(''), 'x')", scope), false);
    assert.equal(evaluate("'a' || fromJSON('')", scope), 'a');
    assert.throws(() => evaluate("true && fromJSON('')", scope), /is no JSON/);
  });

  it('throw where the simulation knows no better', () => {
    for (const unknown of ["hashFiles('**')", 'secrets.TOKEN', '1 +', 'contains(needs)', "inputs.environment < 'a'"])
      assert.throws(() => evaluate(unknown, scope), /simulation of GitHub Actions does not know/, unknown);
  });
});
