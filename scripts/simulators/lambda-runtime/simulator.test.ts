import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FunctionDescription, type SimulatedLambda, startLambda } from './simulator.ts';

describe('simulator of Lambda', () => {
  let folder: string;
  const running: SimulatedLambda[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulated-lambda-'));
  });
  afterEach(async () => {
    for (const lambda of running.splice(0)) await lambda.stop();
  });
  after(() => rm(folder, { recursive: true }));

  async function run(code: string, more: Partial<FunctionDescription> = {}): Promise<SimulatedLambda> {
    await writeFile(join(folder, 'function.mjs'), code);
    const lambda = await startLambda({ folder, handler: 'function.handler', ...more });
    running.push(lambda);
    return lambda;
  }

  it('starts a process once, and hands on events, context and answers', async () => {
    const lambda = await run(
      `export const handler = async (event, context) => ({
      said: event.say, pid: process.pid, left: context.getRemainingTimeInMillis(), id: context.awsRequestId,
      inherited: process.env.HOME ?? null, region: process.env.AWS_REGION, own: process.env.OWN,
    })`,
      { variables: { OWN: 'yes' }, timeoutMs: 5_000 },
    );
    const first = await lambda.invoke({ say: 'hello' });
    const { left, pid, id, ...answer } = JSON.parse(first.payload ?? '');
    assert.deepEqual(answer, { said: 'hello', inherited: null, region: 'us-east-1', own: 'yes' });
    assert.ok(left > 4_000 && left <= 5_000, String(left));
    assert.equal(id, first.requestId);
    assert.ok((first.initMilliseconds ?? 0) > 0);
    const second = await lambda.invoke('{"say":"again"}');
    assert.equal(JSON.parse(second.payload ?? '').pid, pid);
    assert.equal(second.initMilliseconds, undefined);
  });

  it('stops the process between invocations, unless it is not to', async () => {
    const counts = 'let ticks = 0; setInterval(() => { ticks += 1; }, 5); export const handler = async () => ticks;';
    const frozen = await run(counts);
    const before = Number((await frozen.invoke({})).payload);
    await sleep(300);
    assert.ok(Number((await frozen.invoke({})).payload) - before < 10);
    const awake = await run(counts, { freezes: false });
    await awake.invoke({});
    await sleep(300);
    assert.ok(Number((await awake.invoke({})).payload) > 20);
  });

  it('reports what the handler throws, and goes on in the same process', async () => {
    const lambda = await run(`export const handler = async (event) => {
      if (event.bad) throw new TypeError('not today');
      return process.pid;
    }`);
    const { payload: pid } = await lambda.invoke({});
    const { payload, error } = await lambda.invoke({ bad: true });
    assert.equal(payload, undefined);
    assert.deepEqual([error?.errorType, error?.errorMessage], ['TypeError', 'not today']);
    assert.equal((await lambda.invoke({})).payload, pid);
  });

  it('ends a process at its deadline, and starts another for the next event', async () => {
    const lambda = await run(
      `export const handler = async (event) => {
      if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
      return process.pid;
    }`,
      { timeoutMs: 400 },
    );
    const { payload: pid } = await lambda.invoke({});
    const { error, requestId } = await lambda.invoke({ hang: true });
    assert.equal(error?.errorType, 'Sandbox.Timedout');
    assert.equal(error.errorMessage, `RequestId: ${requestId} Error: Task timed out after 0.40 seconds`);
    const after = await lambda.invoke({});
    assert.notEqual(after.payload, pid);
    assert.ok(after.initMilliseconds);
  });

  it('reports an exit and what nobody caught', async () => {
    const lambda = await run(`export const handler = async (event) => {
      if (event.exit) process.exit(7);
      setImmediate(() => { throw new Error('nobody caught this'); });
      await new Promise(() => {});
    }`);
    const exit = await lambda.invoke({ exit: true });
    assert.deepEqual(exit.error, {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${exit.requestId} Error: Runtime exited with error: exit status 7`,
    });
    assert.equal((await lambda.invoke({})).error?.errorMessage, 'nobody caught this');
  });

  it('tries an initialization that fails once more, and then says why', async () => {
    const lambda = await run(`console.log('starting'); throw new RangeError('no such thing');`);
    const { error } = await lambda.invoke({});
    assert.deepEqual([error?.errorType, error?.errorMessage], ['RangeError', 'no such thing']);
    assert.equal(lambda.output().match(/starting/g)?.length, 2);
    const missing = await run('export const other = 1;');
    assert.match((await missing.invoke({})).error?.errorMessage ?? '', /function\.handler is undefined/);
  });

  it('takes events of 6 MB and answers of 6 MB, and no more', async () => {
    const lambda = await run(`export const handler = async ({ bytes }) => 'x'.repeat(bytes);`);
    const answer = await lambda.invoke({ bytes: 6 * 1024 * 1024 });
    assert.equal(answer.payload?.length, 6 * 1024 * 1024 + 2);
    const { error } = await lambda.invoke({ bytes: 6 * 1024 * 1024 + 200 });
    assert.equal(error?.errorType, 'Function.ResponseSizeTooLarge');
    assert.equal(
      (await lambda.invoke({ bytes: 1, filling: 'x'.repeat(6 * 1024 * 1024) })).error?.errorType,
      'RequestEntityTooLargeException',
    );
    assert.equal((await lambda.invoke({ bytes: 3 })).payload, '"xxx"');
  });

  it('limits memory and CPU, or says what is not limited', async () => {
    const lambda = await run(
      `export const handler = async (event) => {
      if (event.fill) for (const kept = []; ; ) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
      const before = process.cpuUsage();
      const until = performance.now() + 400;
      while (performance.now() < until);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 400_000;
    }`,
      { memoryMB: 512 },
    );
    const share = Number((await lambda.invoke({})).payload);
    const limits = lambda.environment()?.limits;
    if (limits?.cpus !== undefined) assert.ok(share < 0.45, `${share} of a processor, where 0.29 are allowed`);
    if (limits?.memoryMB !== undefined)
      assert.match((await lambda.invoke({ fill: true })).error?.errorMessage ?? '', /signal: killed/);
    const unlimited = Number(limits?.cpus === undefined) + Number(limits?.memoryMB === undefined);
    assert.equal(limits?.missing.length, unlimited);
  });

  it('ends its process with the one that started it, even where nobody reads what it says', async () => {
    await writeFile(
      join(folder, 'function.mjs'),
      'setTimeout(() => { throw new Error("late"); }, 300); export const handler = () => 1;',
    );
    // Takes every call and answers none, as one that hangs.
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = spawn(process.execPath, [fileURLToPath(new URL('./client.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        LAMBDA_TASK_ROOT: folder,
        _HANDLER: 'function.handler',
      },
    });
    client.stdout.destroy();
    client.stderr.destroy();
    const [code] = await once(client, 'exit', { signal: AbortSignal.timeout(10_000) }).finally(() => {
      client.kill('SIGKILL');
      server.close();
      server.closeAllConnections();
    });
    assert.equal(code, 1);
  });
});
