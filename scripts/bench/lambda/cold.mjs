/** A process that is started to find out how long starting takes: `node cold.mjs <folder> <path> <warm invocations>`. */
const [, , folder, path, warm] = process.argv;

const event = () => ({
  resource: '/{proxy+}',
  path,
  httpMethod: 'GET',
  headers: { Host: 'api.example.org' },
  multiValueHeaders: { Host: ['api.example.org'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  requestContext: {
    identity: { sourceIp: '203.0.113.9' },
    stage: 'bench',
    requestId: '8f1c5b6e-0000-4000-8000-000000000000',
  },
  body: null,
  isBase64Encoded: false,
});

const started = performance.now();
const { handler } = await import(`file://${folder}/lambda.mjs`);
const loaded = performance.now();
const { statusCode } = await handler(event(), {});
const answered = performance.now();
if (statusCode !== 200) throw new Error(`${folder} answered ${statusCode}.`);
const resident = process.memoryUsage().rss;

const times = [];
for (let count = 0; count < Number(warm); count++) {
  // A turn of the event loop between two invocations, as there is on Lambda.
  await new Promise((resolve) => setImmediate(resolve));
  const began = performance.now();
  await handler(event(), {});
  times.push(performance.now() - began);
}
times.sort((a, b) => a - b);
process.stderr.write(
  JSON.stringify({
    init: loaded - started,
    first: answered - loaded,
    warm: times[times.length >> 1] ?? null,
    resident,
  }),
  () => process.exit(),
);
