import assert from 'node:assert/strict';
import { ref, sub } from './expression.ts';
import { fingerprint } from './fingerprint.ts';
import { Template } from './template.ts';

describe('generator: fingerprints', () => {
  const vpc = new Template().add('Vpc', { Type: 'AWS::EC2::VPC', Properties: {} });

  it('are the same for the same thing, however it is written down', () => {
    assert.equal(fingerprint({ a: 1, b: [ref(vpc)] }), fingerprint({ b: [ref(vpc)], a: 1, c: undefined }));
    assert.match(fingerprint({}), /^[0-9a-f]{12}$/);
  });

  it('differ where the thing differs', () => {
    const values = [
      {},
      { a: 1 },
      { a: '1' },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: ref(vpc) },
      { a: sub`${ref(vpc)}` },
      { a: 'Vpc' },
    ];
    assert.equal(new Set(values.map(fingerprint)).size, values.length);
  });

  it('do not see what is written for people', () => {
    assert.equal(fingerprint({ a: { Description: 'one', Tags: [1] } }), fingerprint({ a: { Description: 'other' } }));
  });
});
