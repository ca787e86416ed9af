/** The built bundle under Lambda's own client, and our simulator against Amazon's: what one takes, the other does. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { lambdaBundle } from '../../testing/lambda.ts';
import { officialClient, officialEmulator } from './official.ts';
import { type RestAnswer, restEvent } from './rest-event.ts';
import { startLambda } from './simulator.ts';

const variables = {
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  RATE_LIMIT_TABLE: 'coalition-builder-rate-limits',
  SECRET_KEY_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:key',
  MEDIA_BUCKET: 'coalition-builder-media',
  PUBLIC_BASE_URL: 'https://api.example.org',
};

describe("simulator of Lambda, beside Amazon's own programs", () => {
  let client: string;
  let folder: string;
  before(async function () {
    // On a laptop nobody waits two minutes for a comparison; CI=true npm test -- scripts/simulators/lambda-runtime does.
    this.timeout(600_000);
    const found = await officialClient(process.env.CI === 'true');
    if (!found) return this.skip();
    client = found;
    ({ folder } = await lambdaBundle());
  });

  it('gives its client what it asks for: events, errors, freezes', async () => {
    await using lambda = await startLambda({
      folder,
      handler: 'lambda.handler',
      command: [process.execPath, client, 'lambda.handler'],
      variables,
    });
    const health = await lambda.invoke(restEvent('GET', '/api/health/'));
    assert.equal((JSON.parse(health.payload ?? '{}') as RestAnswer).statusCode, 200, JSON.stringify(health));
    const pid = lambda.environment()?.pid;
    await sleep(50);
    assert.equal((await lambda.invoke({ warm: true })).payload, '{}');
    assert.equal((await lambda.invoke({ Records: [] })).error?.errorType, 'ForeignEventError');
    const away = await lambda.invoke(restEvent('GET', '/api/campaigns/'));
    assert.equal((JSON.parse(away.payload ?? '{}') as RestAnswer).statusCode, 503);
    assert.equal(lambda.environment()?.pid, pid);
  });

  it('says the same of a handler that is missing', async () => {
    const nowhere = { folder, handler: 'lambda.nowhere', variables };
    await using official = await startLambda({ ...nowhere, command: [process.execPath, client, 'lambda.nowhere'] });
    await using ours = await startLambda(nowhere);
    const [one, other] = [await official.invoke({}), await ours.invoke({})];
    assert.equal(one.error?.errorType, 'Runtime.HandlerNotFound');
    assert.deepEqual(one.error?.errorMessage, other.error?.errorMessage);
  });

  it("answers under Amazon's emulator as under ours", async () => {
    const port = await freePort();
    const emulator = spawn(
      await officialEmulator(),
      ['--runtime-interface-emulator-address', `127.0.0.1:${port}`, process.execPath, client, 'lambda.handler'],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH ?? '',
          LAMBDA_TASK_ROOT: folder,
          AWS_LAMBDA_FUNCTION_TIMEOUT: '10',
          AWS_LAMBDA_FUNCTION_NAME: 'simulated',
          ...variables,
        },
        stdio: ['ignore', 'ignore', 'ignore'],
        detached: true,
      },
    );
    try {
      await using ours = await startLambda({ folder, handler: 'lambda.handler', variables });
      for (const event of [
        restEvent('GET', '/api/health/'),
        restEvent('GET', '/api/nothing'),
        restEvent('HEAD', '/api/health/'),
        { warm: true },
      ]) {
        const theirs = comparable(await invoke(port, event));
        assert.deepEqual(theirs, comparable((await ours.invoke(event)).payload ?? ''));
      }
    } finally {
      await end(emulator);
    }
  }).timeout(300_000);
});

/** Without what differs from one answer to the next. */
function comparable(payload: string): unknown {
  return JSON.parse(payload.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then'));
}

async function invoke(port: number, event: object): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
      return await (await fetch(url, { method: 'POST', body: JSON.stringify(event) })).text();
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(50);
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
