import assert from 'node:assert/strict';
import { hopsOf } from './cdn.ts';

const key = async () => 'only CloudFront knows';
const through = (...values: string[]) => ({ headers: values.length > 0 ? { 'x-cdn-key': values.join(', ') } : {} });

describe('limits: hopsOf', () => {
  it('is one more where CloudFront proves itself', async () => {
    assert.equal(await hopsOf(through('only CloudFront knows'), 1, key), 2);
  });

  it('is what it was for everybody who does not', async () => {
    assert.equal(await hopsOf(through(), 1, key), 1);
    assert.equal(await hopsOf(through('only CloudFront know'), 1, key), 1);
    assert.equal(await hopsOf(through(''), 1, key), 1);
    assert.equal(await hopsOf(through('only CloudFront knows', 'only CloudFront knows'), 1, key), 1);
  });

  it('asks for the key only where somebody claims to have it', async () => {
    const unreadable = () => Promise.reject(new Error('the secret is away'));
    assert.equal(await hopsOf(through(), 1, unreadable), 1);
    await assert.rejects(async () => hopsOf(through('x'), 1, unreadable), /the secret is away/);
    assert.equal(await hopsOf(through('x'), 1, undefined), 1);
  });
});
