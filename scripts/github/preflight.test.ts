import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { environments } from '../../environments/index.ts';
import { assembled } from '../../environments/testing/written.ts';
import { checkSecret, checkVariables, PreflightError } from './preflight.ts';

const { staging } = environments;
const { owner, repository } = staging.account.github;
const right = {
  AWS_ACCOUNT_ID: '123456789012',
  AWS_REGION: 'us-east-1',
  AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/coalition-builder-deploy-staging',
  GITHUB_REPOSITORY: `${owner}/${repository}`,
};

function fails(check: () => unknown, ...expected: readonly RegExp[]): void {
  assert.throws(check, (error: unknown) => {
    assert.ok(error instanceof PreflightError && error.exitCode === 2);
    for (const words of expected) assert.match(`${error.message}\n${error.remedy}`, words);
    return true;
  });
}

describe('preflight: variables', () => {
  it('are all there and fit each other', () => {
    checkVariables(staging, 'deploy', right);
    const preview = right.AWS_ROLE_ARN.replace('deploy-staging', 'preview');
    checkVariables(staging, 'preview', { ...right, AWS_ROLE_ARN: preview });
  });

  it('are named together where they are empty, with the command that sets each', () => {
    fails(
      () => checkVariables(staging, 'deploy', { AWS_ACCOUNT_ID: '', AWS_REGION: '', AWS_ROLE_ARN: '' }),
      /AWS_ACCOUNT_ID is not set; .*gh variable set AWS_ACCOUNT_ID --body/,
      /AWS_REGION is not set; it has to be us-east-1/,
      /AWS_DEPLOY_ROLE_ARN is not set; .*gh variable set AWS_DEPLOY_ROLE_ARN --env staging/,
    );
  });

  it('are refused where they are of another account, region, environment or repository', () => {
    const role = (name: string, account = '123456789012') => `arn:aws:iam::${account}:role/${name}`;
    for (const [changed, words] of [
      [{ AWS_REGION: 'eu-west-1' }, /AWS_REGION is "eu-west-1"/],
      [{ AWS_ROLE_ARN: role('coalition-builder-deploy-production') }, /the ARN of coalition-builder-deploy-staging/],
      [{ AWS_ROLE_ARN: role('coalition-builder-deploy-staging', '999999999999') }, /in that account/],
      [{ AWS_ACCOUNT_ID: '12345; id' }, /12 digits/],
      [{ GITHUB_REPOSITORY: 'mallory/backend' }, /This is mallory\/backend, but .* trusts/],
    ] as const)
      fails(() => checkVariables(staging, 'deploy', { ...right, ...changed }), words);
    const elsewhere = assembled({ 'account.id': '999999999999' }).staging;
    fails(() => checkVariables(elsewhere, 'deploy', right), /but environments\/account\.ts says 999999999999/);
  });

  it('are checked by the verb before anything is asked of AWS', () => {
    const env = { PATH: process.env.PATH, ...right, AWS_ROLE_ARN: '' };
    const args = ['scripts/preflight.ts', 'staging', '--offline'];
    const wrong = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /✗ staging cannot be worked on.*AWS_DEPLOY_ROLE_ARN is not set/s);
    const fine = spawnSync(process.execPath, args, { env: { ...env, ...right }, encoding: 'utf8' });
    assert.equal(fine.stdout, '✓ variables of staging\n');
  });
});

describe('preflight: the secret of the database', () => {
  const name = 'coalition-builder-staging-database';
  const secret = (Environment?: string) => ({ name, tags: Environment === undefined ? {} : { Environment } });

  it('is the environment’s, or not there before the stack that makes it', () => {
    assert.match(checkSecret(staging, secret('staging'), name, true), /is of staging/);
    assert.match(checkSecret(staging, undefined, name, false), /not there yet/);
  });

  it('is refused where it is another environment’s, untagged, or gone', () => {
    fails(() => checkSecret(staging, secret('production'), name, true), /tagged Environment=production, not staging/);
    fails(() => checkSecret(staging, secret(), name, true), /\(nothing\)/, /tag-resource/);
    fails(() => checkSecret(staging, undefined, name, true), /There is no secret/, /restore-secret/);
  });
});
