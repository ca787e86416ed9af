import assert from 'node:assert/strict';
import { environments } from '../../environments/index.ts';
import { compile, placeholderRelease } from '../../generator/compile.ts';
import { costDelta } from './cost.ts';

const path = 'tiers/production/database.yaml';
const body = compile(environments.production, placeholderRelease).find((stack) => stack.path === path)?.body ?? '';
const larger = body.replace(/DBInstanceClass: \S+/, 'DBInstanceClass: db.t4g.medium');

describe('plan: cost', () => {
  it('prices what changes, resource by resource, to the cent', () => {
    const { monthlyUSD = 0, resources, unpriced } = costDelta('us-east-1', path, body, larger) ?? {};
    assert.ok(monthlyUSD > 20, `${monthlyUSD}`);
    assert.equal(monthlyUSD, Math.round(monthlyUSD * 100) / 100);
    assert.deepEqual([resources, unpriced], [[{ logicalId: 'Database', monthlyUSD }], []]);
    assert.equal(costDelta('us-east-1', path, larger, body)?.monthlyUSD, -monthlyUSD);
  });

  it('prices all of a stack that is new, and nothing of what stays', () => {
    assert.ok((costDelta('us-east-1', path, undefined, body)?.monthlyUSD ?? 0) > 5);
    assert.deepEqual(costDelta('us-east-1', path, body, body), { monthlyUSD: 0, resources: [], unpriced: [] });
  });

  it('names what it cannot price', () => {
    const odd = body.replace('Resources:\n', 'Resources:\n  Odd:\n    Type: AWS::Braket::QuantumTask\n');
    assert.deepEqual(
      costDelta('us-east-1', path, body, odd)?.unpriced.map(({ logicalId }) => logicalId),
      ['Odd'],
    );
  });

  it('says nothing where it would be a guess', () => {
    assert.equal(costDelta('eu-central-1', path, body, larger), undefined);
    for (const theirs of ['', 'no template', '{"Resources": null}', 'a: !Unknown b']) {
      assert.equal(costDelta('us-east-1', path, theirs, body), undefined, theirs);
    }
  });
});
