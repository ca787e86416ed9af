import assert from 'node:assert/strict';
import { clientOf, simulate } from './fixture.ts';

describe('simulated CloudFormation: access', () => {
  it('A1 refuses a request without a signature', async () => {
    await using sim = await simulate();
    const response = await fetch(sim.url, { method: 'POST', body: new URLSearchParams({ Action: 'ListStacks' }) });
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<Code>MissingAuthenticationToken<\/Code>/);
  });

  it('A2 denies an access key that may not', async () => {
    await using sim = await simulate({ refusals: { AKIALOCKED: 'denied' } });
    await assert.rejects(
      clientOf(sim.url, 'AKIALOCKED').listStacks(),
      (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
        assert.equal(error.name, 'AccessDenied');
        assert.match(error.message, /user\/AKIALOCKED is not authorized to perform: cloudformation:ListStacks/);
        return error.$metadata?.httpStatusCode === 403;
      },
    );
    await clientOf(sim.url, 'denied').listStacks();

    await using partly = await simulate({ refusals: { AKIAREADER: ['ExecuteChangeSet'] } });
    await clientOf(partly.url, 'AKIAREADER').listStacks();
    await assert.rejects(
      clientOf(partly.url, 'AKIAREADER').executeChangeSet({ ChangeSetName: 'x' }),
      /not authorized to perform: cloudformation:ExecuteChangeSet/,
    );
  });

  it('A3 refuses an access key that has expired', async () => {
    await using sim = await simulate();
    await assert.rejects(clientOf(sim.url, 'expired').listStacks(), { name: 'ExpiredToken' });
  });

  it('A4 refuses an access key that nobody knows', async () => {
    await using sim = await simulate();
    await assert.rejects(clientOf(sim.url, 'unknown').listStacks(), { name: 'InvalidClientTokenId' });
  });

  it('A6 throttles, and may do so only for a while', async () => {
    let left = 1;
    const refusals = {
      BUSY: (action: string) => (action === 'ListStacks' && left-- > 0 ? 'throttled' : undefined),
    } as const;
    await using sim = await simulate({ refusals });
    const impatient = clientOf(sim.url, 'BUSY', { maxAttempts: 1 });
    await assert.rejects(impatient.listStacks(), { name: 'Throttling', message: 'Rate exceeded' });
    await impatient.listStacks();
  });

  it('A5 refuses a signature of another kind', async () => {
    await using sim = await simulate();
    const response = await fetch(sim.url, {
      method: 'POST',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test' },
      body: new URLSearchParams({ Action: 'ListStacks' }),
    });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /<Code>IncompleteSignature<\/Code>/);
  });
});
