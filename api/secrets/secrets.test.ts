import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { find, type Moto, startMoto } from '../../scripts/testing/moto.ts';
import { databaseUrlFrom, databaseUrlOf, readSecret } from './secrets.ts';

describe('secrets, from Secrets Manager (emulated by moto)', () => {
  let moto: Moto;
  const before_ = { ...process.env };
  const arns: Record<string, string> = {};
  before(async function () {
    this.timeout(40_000);
    const command = find('moto_server');
    // No moto_server on this machine: .ci/requirements.txt has it.
    if (!command) return this.skip();
    moto = await startMoto(command);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
    });
    const client = new SecretsManagerClient({});
    const login = {
      host: 'db.example.org',
      port: 5432,
      dbname: 'coalition_staging',
      username: 'app',
      password: 'p@ss word',
    };
    for (const [name, SecretString] of Object.entries({
      key: 'a key',
      login: JSON.stringify(login),
      broken: 'not JSON',
    })) {
      arns[name] = (await client.send(new CreateSecretCommand({ Name: name, SecretString }))).ARN ?? '';
    }
    client.destroy();
  });
  after(async () => {
    process.env = before_;
    await moto?.[Symbol.asyncDispose]();
  });

  it('are read by the client that functions use', async () => {
    assert.equal(await readSecret('SECRET_KEY_ARN', arns.key ?? ''), 'a key');
  });

  it('become the URL of a database, whose certificate is checked', async () => {
    const url = new URL((await databaseUrlOf({ DATABASE_SECRET_ARN: arns.login, DATABASE_URL: undefined })) ?? '');
    assert.deepEqual(
      [url.hostname, url.pathname, decodeURIComponent(url.password), url.searchParams.get('sslmode')],
      ['db.example.org', '/coalition_staging', 'p@ss word', 'verify-full'],
    );
  });

  it('that are missing or malformed are named by their variable, and never quoted', async () => {
    const missing = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:missing-abcdef';
    await assert.rejects(readSecret('SECRET_KEY_ARN', missing), /The secret that SECRET_KEY_ARN names cannot be read/);
    await assert.rejects(
      databaseUrlOf({ DATABASE_SECRET_ARN: arns.broken, DATABASE_URL: undefined }),
      (error: Error) => /DATABASE_SECRET_ARN/.test(error.message) && !error.message.includes('not JSON'),
    );
    assert.throws(() => databaseUrlFrom('DATABASE_SECRET_ARN', '{"host":"x"}'), /neither a postgres:\/\/ URL nor JSON/);
  });
});

describe('secrets, of a server that counts its connections', () => {
  it('leave none open: an instance reads its login again whenever the database was away', async () => {
    const server = createServer((_, response) => {
      response.setHeader('Content-Type', 'application/x-amz-json-1.1').end('{"SecretString":"a key"}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const before_ = { ...process.env };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
    });
    try {
      for (let count = 0; count < 3; count++) assert.equal(await readSecret('SECRET_KEY_ARN', 'arn'), 'a key');
      await sleep(50);
      assert.equal(await promisify(server.getConnections.bind(server))(), 0);
    } finally {
      process.env = before_;
      server.closeAllConnections();
      server.close();
    }
  });
});
