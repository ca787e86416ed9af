import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { metricNamespace } from '../../../api/telemetry/metrics.ts';
import { environmentNames, environments } from '../../../environments/index.ts';
import { applicationNamespace } from '../../../generator/names.ts';
import { type CloudWatch, connectCloudWatch } from '../../aws/cloudwatch.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';
import { alarmsIn } from '../alarms.ts';
import { listening } from '../testing/listening.ts';
import { ask, rangeOf, type Series } from './ask.ts';
import { measure } from './measure.ts';
import { type Row, rowsOf } from './rows.ts';
import { fitted, sparkline } from './sparkline.ts';
import { amount } from './text.ts';

const moto = find('moto_server');
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const ours = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', NO_COLOR: '1' };

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function type(args: readonly string[], variables: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...ours, ...variables };
    const child = execFile(process.execPath, ['scripts/metrics.ts', ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

describe('metrics: what is shown', () => {
  it('has every metric that the first plan listed, and the database', () => {
    const shown = rowsOf(environments.production).map(({ namespace, metric }) => `${namespace} ${metric}`);
    for (const wanted of [
      ...['Invocations', 'Duration', 'Errors', 'Throttles'].map((metric) => `AWS/Lambda ${metric}`),
      ...['ColdStarts', 'MaxMemoryUsedMB', 'RateLimitItems'].map((metric) => `coalition-builder/production ${metric}`),
      ...['Count', 'Latency', '4XXError', '5XXError'].map((metric) => `AWS/ApiGateway ${metric}`),
      ...['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'WriteThrottleEvents'].map(
        (metric) => `AWS/DynamoDB ${metric}`,
      ),
      ...['CPUUtilization', 'DatabaseConnections', 'FreeStorageSpace', 'FreeableMemory'].map(
        (metric) => `AWS/RDS ${metric}`,
      ),
      ...['Latency', 'Faults', 'Throttled', 'Uncounted'].map((metric) => `${metricNamespace} ${metric}`),
    ])
      assert.ok(shown.includes(wanted), wanted);
    assert.equal(applicationNamespace, metricNamespace);
  });

  it('shows each alarm of the templates once, beside the statistic that it judges', () => {
    for (const name of environmentNames) {
      const rows = rowsOf(environments[name]).filter(({ alarm }) => alarm);
      const alarms = alarmsIn(environments[name]);
      assert.deepEqual(rows.map(({ alarm }) => alarm?.name).sort(), alarms.map((alarm) => alarm.name).sort());
      for (const { stat, alarm } of rows) assert.equal(stat, alarm?.statistic, alarm?.name);
    }
  });

  it('draws zero, little and most apart, and nothing measured apart from zero', () => {
    assert.equal(sparkline([0, 1, 50, 100, undefined]), '▁▂▅█·');
    assert.equal(sparkline([0, 0]), '▁▁');
    assert.equal(sparkline([undefined]), '·');
    assert.deepEqual(fitted([1, 5, undefined, undefined, 2, 3], 3, Math.max), [5, undefined, 3]);
    assert.deepEqual(fitted([1, 2], 4, Math.max), [1, 1, 2, 2]);
  });

  it('has at most 48 marks, of lengths that people think in', () => {
    const now = Date.UTC(2026, 10, 25, 10, 7, 3);
    for (const [hours, step] of [
      [0.5, 60],
      [1, 300],
      [24, 1800],
      [168, 21_600],
      [1512, 172_800],
    ] as const) {
      const range = rangeOf(now - hours * 3_600_000, now);
      assert.equal(range.stepSeconds, step);
      assert.ok(range.from <= now - hours * 3_600_000 && range.to >= now);
      assert.ok((range.to - range.from) / 1000 / step <= 50);
    }
  });

  it('says sizes, shares and numbers as people do', () => {
    assert.deepEqual(
      [
        amount(12_345, 'count'),
        amount(0.25, 'count'),
        amount(17.3 * 1024 ** 3, 'bytes'),
        amount(9e7, 'bytes'),
        amount(81.26, '%'),
        amount(12.4, 'ms'),
      ],
      ['12,345', '0.3', '17.3 GiB', '86 MiB', '81.3 %', '12.4 ms'],
    );
  });

  const alarm = alarmsIn(environments.production).find(({ name }) => name === 'database-cpu');
  const series = (values: Series['values'], changed: object = {}): Series => ({
    row: { stat: 'Average', alarm: { ...alarm, ...changed } } as Row,
    from: 0,
    periodSeconds: 300,
    values,
  });

  for (const [values, changed, said] of [
    [[1, 90, 90, 1], {}, 'touched'],
    [[1, 90, 90, 90], {}, 'ringing'],
    [[90, undefined, 90, 90], {}, 'touched'],
    [[1, 80, 80, 80], {}, 'quiet'],
    [[1, undefined, undefined, undefined, 1], { missing: 'breaching' }, 'ringing'],
    [[undefined, undefined, undefined, 1], { missing: 'breaching' }, 'quiet'],
    [[5, 1, 1, 1], { comparison: 'LessThanThreshold', threshold: 2 }, 'ringing'],
  ] as const) {
    it(`${JSON.stringify(values)} beside ${JSON.stringify(changed)} is ${said}`, () => {
      assert.equal(measure(series(values, changed))?.standing, said);
    });
  }

  it('measures nothing where nothing was measured', () => {
    assert.equal(measure(series([undefined, undefined])), undefined);
  });
});

describe('metrics, as they are typed, on CloudWatch (emulated by moto)', function () {
  this.timeout(60_000);
  let emulator: Moto;
  let cloudWatch: CloudWatch;
  before(async function () {
    if (!moto) return this.skip();
    emulator = await startMoto(moto);
    cloudWatch = await connectCloudWatch({ region: 'us-east-1', endpoint: emulator.url, credentials });
  });
  after(async () => {
    cloudWatch?.destroy();
    await emulator?.[Symbol.asyncDispose]();
  });

  it('says that nothing was measured, and what may be why', async () => {
    const { code, stdout, stderr } = await type(['development'], { AWS_ENDPOINT_URL: emulator.url });
    assert.equal(code, 0);
    assert.match(stdout, /^ {2}Errors +no data +alarm above 10$/m);
    assert.match(
      stderr,
      /Nothing at all was measured in that time: is development deployed.*npm run doctor -- development/,
    );
  });

  it('shows lines, sums and worst values, each by the period of its alarm', async () => {
    const now = Date.now();
    const at = (minutes: number) => new Date(now - minutes * 60_000);
    const own = [{ Name: 'FunctionName', Value: 'coalition-development' }];
    const put = (
      Namespace: string,
      MetricName: string,
      Dimensions: typeof own,
      values: readonly (readonly [number, number])[],
    ) =>
      cloudWatch.putMetricData({
        Namespace,
        MetricData: values.map(([minutes, Value]) => ({ MetricName, Dimensions, Timestamp: at(minutes), Value })),
      });
    await put('AWS/Lambda', 'Errors', own, [
      [600, 9],
      [600, 8],
      [30, 1],
    ]);
    await put('AWS/Lambda', 'Invocations', own, [
      [600, 1200],
      [30, 34],
    ]);
    await put('coalition-builder/development', 'MaxMemoryUsedMB', [], [[30, 256]]);
    await put(
      'AWS/RDS',
      'FreeStorageSpace',
      [{ Name: 'DBInstanceIdentifier', Value: 'coalition-builder-nonproduction' }],
      [[40, 17 * 1024 ** 3]],
    );

    const { code, stdout, stderr } = await type(['development'], { AWS_ENDPOINT_URL: emulator.url });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^development · us-east-1 · 20\d\d-\S+Z to \S+Z · a mark is 30 min, · nothing measured\n/);
    assert.match(stdout, /^ {2}Invocations +·+[▂▃▄▅▆▇█]·+▂·* +total 1,234 +most 1,200$/m);
    assert.match(stdout, /^ {2}Errors +·+█·+▂·* +total 18 +most 17 in 5 min +alarm above 10: it was$/m);
    assert.match(stdout, /^ {2}used +·+█·* +now 50 % +most 50 %$/m);
    assert.match(stdout, /^ {2}FreeStorageSpace +·+█·* +now 17\.0 GiB +least 17\.0 GiB$/m);

    const json = await type(['development', '--json', '--since', '12h'], { AWS_ENDPOINT_URL: emulator.url });
    const { rows } = JSON.parse(json.stdout) as {
      rows: (Row & { periodSeconds: number; points: { value: number }[]; measured: object | null })[];
    };
    const errors = rows.find(({ metric, alarm }) => metric === 'Errors' && alarm);
    assert.equal(errors?.periodSeconds, 300);
    assert.equal(
      errors?.points.reduce((sum, { value }) => sum + value, 0),
      18,
    );
    assert.equal(rows.find(({ metric }) => metric === 'Throttles')?.measured, null);
  });

  it('puts a series together that goes on over several pages', async () => {
    const range = rangeOf(Date.now() - 86_400_000, Date.now());
    const asked: (string | undefined)[] = [];
    // moto knows no pages of this answer.
    const server = createServer(async (request, response) => {
      const { NextToken } = JSON.parse(await text(request)) as { NextToken?: string };
      asked.push(NextToken);
      const [ago, value] = NextToken === undefined ? [20, 3] : [10, 4];
      const result = {
        Id: 'm0',
        Label: 'x',
        StatusCode: 'Complete',
        Timestamps: [range.to / 1000 - ago * 1800],
        Values: [value],
      };
      response.writeHead(200, { 'x-amzn-requestid': '1', 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        JSON.stringify({
          MetricDataResults: [result],
          Messages: [],
          ...(NextToken === undefined && { NextToken: 'more' }),
        }),
      );
    });
    await using paging = await listening(server);
    const [row] = rowsOf(environments.development);
    assert.ok(row);
    const before = { ...process.env };
    Object.assign(process.env, ours, { AWS_ENDPOINT_URL_CLOUDWATCH: paging.url });
    try {
      const [series] = await ask('us-east-1', [row], range, new AbortController().signal);
      assert.deepEqual(
        series?.values.filter((value) => value !== undefined),
        [3, 4],
      );
      assert.deepEqual(asked, [undefined, 'more']);
    } finally {
      process.env = before;
    }
  });

  it('says what keeps it from asking', async () => {
    const refusal = JSON.stringify({
      __type: 'AccessDeniedException',
      message: 'User: x is not authorized to perform: cloudwatch:GetMetricData',
    });
    const headers = { 'x-amzn-requestid': '1', 'content-type': 'application/x-amz-json-1.0' };
    await using refusing = await listening(
      createServer((_, response) => void response.writeHead(403, headers).end(refusal)),
    );
    const denied = await type(['development'], { AWS_ENDPOINT_URL: refusing.url });
    assert.equal(denied.code, 1);
    assert.match(denied.stderr, /AWS denies cloudwatch:GetMetricData/);
    for (const [since, said] of [
      ['70d', /takes a minute to 63 days/],
      ['never', /--since is "never"/],
    ] as const) {
      const { code, stderr } = await type(['development', '--since', since], { AWS_ENDPOINT_URL: refusing.url });
      assert.equal(code, 2);
      assert.match(stderr, said);
    }
  });
});
