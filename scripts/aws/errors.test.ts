import assert from 'node:assert/strict';
import { Interrupted } from '../terminal/command.ts';
import { AwsError, explain, mayPass } from './errors.ts';

const request = { operation: 'DescribeStacks', endpoint: 'https://cloudformation.us-east-1.amazonaws.com' };
const failure = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

describe('aws: errors', () => {
  it('says that AWS wants it slower', () => {
    const explained = explain(failure('Throttling', 'Rate exceeded', { $fault: 'client' }), request);
    assert.ok(explained instanceof AwsError);
    assert.equal(explained.message, 'CloudFormation answers DescribeStacks with "Rate exceeded", again and again.');
  });

  it('says why there is no connection', () => {
    for (const [code, words] of [
      ['ENOTFOUND', 'its name cannot be resolved'],
      ['ECONNRESET', 'connection closed'],
      ['ENETUNREACH', 'ENETUNREACH'],
      ['SELF_SIGNED_CERT_IN_CHAIN', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ] as const) {
      const explained = explain(failure('Error', 'no', { code }), request);
      assert.ok(explained instanceof AwsError, code);
      assert.equal(explained.message, `CloudFormation at ${request.endpoint} does not answer (${words}).`);
    }
  });

  it('tells a connection that was closed from a silence, which have one name in the SDK', () => {
    for (const [more, words] of [
      [{ code: 'ECONNRESET' }, 'connection closed'],
      [{}, 'it took too long'],
    ] as const) {
      const explained = explain(failure('TimeoutError', 'no', more), request);
      assert.ok(explained instanceof AwsError);
      assert.equal(explained.message, `CloudFormation at ${request.endpoint} does not answer (${words}).`);
      assert.ok(mayPass(explained));
    }
    assert.ok(mayPass(explain(failure('Throttling', 'Rate exceeded'), request)));
    assert.ok(!mayPass(explain(failure('AccessDenied', 'no'), request)));
  });

  it('takes an aborted request for the interruption that it is', () => {
    assert.ok(explain(failure('AbortError', 'Request aborted'), request) instanceof Interrupted);
  });

  it("leaves CloudFormation's own answers and bugs as they are", () => {
    const metadata = { $metadata: { httpStatusCode: 400, requestId: 'x' } };
    for (const error of [
      failure('ValidationError', 'no', { $fault: 'client', ...metadata }),
      new TypeError('x is undefined'),
    ]) {
      assert.equal(explain(error, request), error);
    }
  });
});
