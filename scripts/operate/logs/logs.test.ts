import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { environments } from '../../../environments/index.ts';
import { type CloudWatchLogs, connectLogs } from '../../aws/logs.ts';
import { faultyProxy } from '../../simulators/faulty-proxy.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';
import { type Deployed, deployed } from '../doctor/fixture.ts';
import { listening } from '../testing/listening.ts';
import { sourcesOf } from './sources.ts';

const moto = find('moto_server');
const api = '/aws/lambda/coalition-development';
const now = Date.now();

/** As Lambda and our own code write them. */
const line = {
  start: (requestId: string) => ({ type: 'platform.start', record: { requestId, version: '7' } }),
  report: (requestId: string, more: object = {}, status = 'success') => ({
    time: new Date(now).toISOString(),
    type: 'platform.report',
    record: {
      requestId,
      status,
      metrics: { durationMs: 12.4, billedDurationMs: 13, memorySizeMB: 512, maxMemoryUsedMB: 118, ...more },
    },
  }),
  request: (requestId: string, status: number) => ({
    _aws: { Timestamp: now, CloudWatchMetrics: [] },
    environment: 'development',
    Latency: 11.2,
    Faults: status >= 500 ? 1 : 0,
    Throttled: 0,
    route: 'GET /api/campaigns/:id/',
    status,
    requestId,
  }),
  error: (requestId: string) => ({
    level: 'error',
    message: 'A request failed.',
    requestId,
    error: {
      name: 'DatabaseError',
      message: 'no \u001b[31mconnections\nleft',
      stack: 'DatabaseError: no\n    at query (pool.ts:1:2)',
    },
  }),
};

describe('logs', function () {
  this.timeout(60_000);
  let emulator: Moto;
  let account: Deployed;
  let logs: CloudWatchLogs;
  let variables: Record<string, string>;

  before(async function () {
    if (!moto) return this.skip();
    [emulator, account] = await Promise.all([startMoto(moto), deployed()]);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    logs = await connectLogs({ region: 'us-east-1', endpoint: emulator.url, credentials });
    variables = {
      AWS_ENDPOINT_URL: emulator.url,
      AWS_ENDPOINT_URL_CLOUDFORMATION: account.simulator.connection.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      NO_COLOR: '1',
    };
  });
  after(async () => {
    logs?.destroy();
    await account?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  const streams = new Set<string>();
  /** @param lines by how many milliseconds ago they were written */
  async function wrote(logGroupName: string, logStreamName: string, lines: readonly (readonly [number, unknown])[]) {
    if (![...streams].some((name) => name.startsWith(`${logGroupName} `))) await logs.createLogGroup({ logGroupName });
    if (!streams.has(`${logGroupName} ${logStreamName}`)) await logs.createLogStream({ logGroupName, logStreamName });
    streams.add(`${logGroupName} ${logStreamName}`);
    const logEvents = lines.map(([ago, message]) => ({
      timestamp: Date.now() - ago,
      message: typeof message === 'string' ? message : JSON.stringify(message),
    }));
    await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
  }

  interface Ended {
    readonly code: number | null;
    readonly lines: readonly string[];
    readonly stderr: string;
  }

  function type(args: readonly string[], more: Record<string, string> = {}): Promise<Ended> {
    const env = { ...process.env, ...variables, ...more };
    return new Promise((resolve) => {
      const child = execFile(process.execPath, ['scripts/logs.ts', ...args], { env }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, lines: stdout.split('\n').slice(0, -1), stderr }),
      );
    });
  }
  /** Without the time, which is another one each run. */
  const bodies = ({ lines }: Ended) => lines.map((each) => each.replace(/^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}/, ''));

  it('says in one sentence which log group is not there yet, whose account it asked, and what makes it', async () => {
    const { code, stderr, lines } = await type(['development']);
    assert.equal(code, 2);
    assert.deepEqual(lines, []);
    assert.match(
      stderr,
      /^✗ There is no log group \/aws\/lambda\/coalition-development in account 123456789012, us-east-1\.\n/,
    );
    assert.match(stderr, /\n {2}The stack api makes it: npm run deploy -- development\./);
    assert.match(
      (await type(['development', '--import'])).stderr,
      /\/ecs\/coalition-builder-geodata-import-nonproduction .*\n.*geodata-import/,
    );
  });

  it('shows every kind of line on one line, by time, and nothing that a terminal would obey', async () => {
    await wrote(api, 'a', [
      [9000, line.start('11111111-1')],
      [8000, line.request('client-id-1', 200)],
      [6000, line.report('11111111-1', { initDurationMs: 812.4 })],
      [3000, line.error('client-id-2')],
      [1000, { type: 'platform.runtimeDone', record: { requestId: '11111111-1', status: 'timeout' } }],
    ]);
    await wrote(api, 'b', [
      [7000, 'plain words\u0007 of a runtime'],
      [5000, { _aws: {}, environment: 'development', Uncounted: 1, action: 'endorse' }],
      [4000, line.report('22222222-2', { maxMemoryUsedMB: 300 })],
      [2000, line.request('client-id-3', 503)],
    ]);
    const shown = await type(['development']);
    assert.equal(shown.stderr, '');
    assert.equal(shown.code, 0);
    assert.deepEqual(bodies(shown), [
      'start  version=7  11111111-1',
      '200    11 ms  GET /api/campaigns/:id/  client-id-1',
      'plain words\\x07 of a runtime',
      'done     12 ms, billed 13 ms, 118 of 512 MB  cold start 812 ms  11111111-1',
      'metric  Uncounted=1  action=endorse',
      'done     12 ms, billed 13 ms, 300 of 512 MB  22222222-2',
      'error  A request failed.  requestId=client-id-2  error=DatabaseError: no \\x1b[31mconnections ⏎ left',
      '503    11 ms  GET /api/campaigns/:id/  client-id-3',
      'runtimeDone  status=timeout  11111111-1',
    ]);
  });

  it('counts cold starts where the usual command finds none', async () => {
    const usual = await logs.filterLogEvents({ logGroupName: api, filterPattern: 'INIT_START' });
    assert.deepEqual(usual.events, []);
    const shown = await type(['development', '--cold-starts']);
    assert.deepEqual(bodies(shown), [
      'done     12 ms, billed 13 ms, 118 of 512 MB  cold start 812 ms  11111111-1',
      '= 1 cold start in 2 invocations (50.0 %): initialization 0.8 s at the median, 0.8 s at p95, 0.8 s at most; up to 300 of 512 MB used.',
    ]);
    const json = await type(['development', '--cold-starts', '--json']);
    assert.deepEqual(JSON.parse(json.lines.at(-1) ?? '').summary, {
      invocations: 2,
      coldStarts: 1,
      init: { median: 812.4, p95: 812.4, longest: 812.4 },
      memoryUsed: 300,
      memory: 512,
    });
  });

  it('shows what went wrong, with where', async () => {
    assert.deepEqual(bodies(await type(['development', '--errors'])), [
      'metric  Uncounted=1  action=endorse',
      'error  A request failed.  requestId=client-id-2  error=DatabaseError: no \\x1b[31mconnections ⏎ left',
      '    at query (pool.ts:1:2)',
      '503    11 ms  GET /api/campaigns/:id/  client-id-3',
      'runtimeDone  status=timeout  11111111-1',
    ]);
    assert.match((await type(['development', '--errors', '--since', '1s'])).stderr, /Nothing went wrong since 1s\./);
  });

  it('shows a request from the start of its invocation to the end, by the id that its client has', async () => {
    await wrote(api, 'c', [
      [9500, line.report('before-33')],
      [9400, line.start('during-33')],
      [9300, line.error('client-id-33')],
      [9200, line.request('client-id-33', 500)],
      [9100, line.report('during-33')],
      [9000, line.start('after-33')],
    ]);
    const shown = await type(['development', '--request-id', 'client-id-33']);
    assert.deepEqual(
      bodies(shown).map((each) => each.replace(/ .*/, '')),
      ['start', 'error', '', '500', 'done'],
    );
    assert.match((await type(['development', '--request-id', 'no-such-id'])).stderr, /Nothing was written since 24h/);
  });

  it('reads API Gateway’s two logs, and several sources as one', async () => {
    const { Outputs = [] } =
      (await account.simulator.aws.describeStacks({ StackName: 'coalition-builder-development-cdn' })).Stacks?.[0] ??
      {};
    const id = Outputs.find(({ OutputKey }) => OutputKey === 'RestApiId')?.OutputValue;
    const access = {
      requestId: 'gateway-1',
      sourceIp: '203.0.113.9',
      method: 'GET',
      latencyMs: '31',
      integrationLatencyMs: '-',
      error: '-',
    };
    await wrote('/aws/apigateway/coalition-development', 'x', [
      [4500, { ...access, status: '404', integrationLatencyMs: '28' }],
      [3500, { ...access, status: '502', error: 'Internal server error' }],
    ]);
    await wrote(`API-Gateway-Execution-Logs_${id}/development`, 'x', [
      [3400, '(gateway-1) Execution failed due to configuration error: Invalid permissions on Lambda function'],
    ]);
    await wrote('/aws/lambda/coalition-development-jobs', 'x', [
      [4000, { level: 'info', message: 'The job outbox is done.', milliseconds: 31 }],
    ]);
    assert.deepEqual(bodies(await type(['development', '--gateway', '--jobs'])), [
      'gateway   404    31 ms  GET  (function 28 ms)  203.0.113.9  gateway-1',
      'jobs      info   The job outbox is done.  milliseconds=31',
      'gateway   502    31 ms  GET  Internal server error  203.0.113.9  gateway-1',
      'gateway   (gateway-1) Execution failed due to configuration error: Invalid permissions on Lambda function',
    ]);
    assert.equal((await type(['development', '--gateway', '--errors'])).lines.length, 2);
    const { code, stderr } = await type(['staging', '--gateway']);
    assert.equal(code, 2);
    assert.match(stderr, /coalition-builder-staging-cdn is not deployed, so API Gateway has no log yet/);
  });

  it('reads PostgreSQL’s own log, and what fetches for the functions beside the jobs', async () => {
    await wrote('/aws/rds/instance/coalition-builder-nonproduction/postgresql', 'x.0', [
      [2000, '2026-11-25 10:00:00 UTC:10.20.0.9(5432):coalition@coalition:[77]:LOG:  checkpoint complete'],
      [1000, '2026-11-25 10:00:01 UTC:10.20.0.9(5432):coalition@coalition:[78]:FATAL:  too many connections'],
    ]);
    assert.deepEqual((await type(['development', '--database', '--errors'])).lines.length, 1);
    const { development } = environments;
    const signal = new AbortController().signal;
    const wanted = { jobs: true, gateway: false, import: false, database: true };
    const webhooks = {
      ...development,
      tier: { ...development.tier, outbound: { ...development.tier.outbound, webhooks: 'any' as const } },
    };
    assert.deepEqual(
      (await sourcesOf(webhooks, wanted, signal)).map(({ name, group }) => [name, group]),
      [
        ['jobs', '/aws/lambda/coalition-development-jobs'],
        ['outbound', '/aws/lambda/coalition-development-outbound'],
        ['database', '/aws/rds/instance/coalition-builder-nonproduction/postgresql'],
      ],
    );
    const elsewhere = {
      ...development,
      tier: { ...development.tier, database: { ...development.tier.database, mode: 'external' as const } },
    };
    await assert.rejects(sourcesOf(elsewhere, wanted, signal), /The database is elsewhere, and so is its log\./);
  });

  it('follows without a gap or a repetition, late lines too, and ends at Ctrl-C', async () => {
    const group = '/ecs/coalition-builder-geodata-import-nonproduction';
    await wrote(group, 'import/import/1', [[5000, 'one']]);
    await using proxy = await faultyProxy(emulator.url);
    const env = { ...process.env, ...variables, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: `http://127.0.0.1:${proxy.port}` };
    const child = spawn(process.execPath, ['scripts/logs.ts', 'development', '--import', '--follow'], { env });
    let complaints = '';
    child.stderr.on('data', (text) => {
      complaints += text;
      heard();
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const said: string[] = [];
    let heard = () => {};
    createInterface(child.stdout).on('line', (each) => {
      said.push(each.slice(20));
      heard();
    });
    const until = async (isSo: () => boolean) => {
      while (!isSo()) {
        assert.equal(child.exitCode, null, complaints);
        await new Promise<void>((resolve) => (heard = resolve));
      }
    };
    void ended.then(() => heard());
    const saying = (count: number) => until(() => said.length >= count);
    await saying(1);
    await wrote(group, 'import/import/1', [[0, 'two']]);
    await saying(2);
    // Of another task, whose clock or log driver is behind: found after what happened later.
    await wrote(group, 'import/import/2', [
      [60_000, 'late'],
      [0, 'three'],
    ]);
    await saying(4);
    // So late that not every reading looks for it.
    await wrote(group, 'import/import/2', [[600_000, 'very late']]);
    await saying(5);
    // Written in the same millisecond, with the same words.
    await wrote(group, 'import/import/2', [
      [0, 'same'],
      [0, 'same'],
    ]);
    await saying(7);
    // The network goes away meanwhile, and comes back.
    proxy.refuse();
    proxy.reset();
    await wrote(group, 'import/import/2', [[0, 'unheard']]);
    await until(() => /does not answer \(connection closed\)\. Trying again; nothing is left out\./.test(complaints));
    proxy.heal();
    await saying(8);
    child.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.deepEqual(said, ['one', 'two', 'late', 'three', 'very late', 'same', 'same', 'unheard']);
  });

  it('says what keeps it from reading', async () => {
    const html = createServer(
      (_, response) => void response.writeHead(500, { 'content-type': 'text/html' }).end('<html>'),
    );
    await using stranger = await listening(html);
    const other = await type(['development'], { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: stranger.url });
    assert.equal(other.code, 1);
    assert.match(other.stderr, /What answers at http:\/\/127\.0\.0\.1:\d+ is not CloudWatch Logs \(HTTP 500/);

    const refusal =
      '{"__type":"AccessDeniedException","message":"User: x is not authorized to perform: logs:FilterLogEvents"}';
    const headers = { 'x-amzn-requestid': '1', 'content-type': 'application/x-amz-json-1.1' };
    await using another = await listening(
      createServer((_, response) => void response.writeHead(403, headers).end('<ErrorResponse/>')),
    );
    const unread = await type(['development'], { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: another.url });
    assert.equal(unread.code, 1);
    assert.match(
      unread.stderr,
      /^✗ What answers at .* is not CloudWatch Logs \(HTTP 403, and what it says cannot be read/,
    );
    await using refusing = await listening(
      createServer((_, response) => void response.writeHead(400, headers).end(refusal)),
    );
    const denied = await type(['development'], { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: refusing.url });
    assert.equal(denied.code, 1);
    assert.match(denied.stderr, /AWS denies logs:FilterLogEvents.*\n {2}Use credentials that may FilterLogEvents/);

    const none = await type(['development'], {
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      HOME: '/nonexistent',
    });
    assert.equal(none.code, 2);
    assert.match(none.stderr, /No AWS credentials could be loaded/);
  });

  for (const [args, said] of [
    [['--since', 'soon'], /--since is "soon"\.\n {2}It takes 45s, 30m, 6h or 7d, or a moment/],
    [['--since', '2999-01-01'], /which is still to come/],
    [['--since', '10'], /--since is "10"/],
    [['--request-id', '" }'], /--request-id takes an id/],
    [['--request-id', 'abcdefgh', '--follow'], /takes neither --follow nor --cold-starts/],
    [['--cold-starts', '--gateway'], /--cold-starts are of functions/],
    [['--until', 'now'], /Unknown option '--until'/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await type(['development', ...args]);
      assert.equal(code, 2);
      assert.match(stderr, said);
    });
  }
});
