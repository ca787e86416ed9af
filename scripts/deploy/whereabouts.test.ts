import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { copyOfProject, type Project, simulatedAccount } from './fixture.ts';

/** Every verb that asks AWS about an environment, as it is typed; what it is told is as good as can be. */
const verbs = [
  'backup development',
  'cancel development',
  'database stop development --confirm nonproduction',
  'deploy account',
  'destroy development --confirm development',
  'drift development',
  'drift development --stack monitoring --revert',
  'logs development',
  'metrics development',
  'outputs development',
  'preview development',
  'publish-assets development',
  'releases development',
  'restore development',
  'resume development',
  'rollback development',
  'rotate-secret development database',
  'run-import development',
  'smoke-test development',
  'status development',
  'verify-domain development --request',
];

describe('credentials of another account', function () {
  this.timeout(120_000);
  let project: Project;
  before(() => {
    project = copyOfProject();
    project.edit('environments/account.ts', (text) =>
      text.replace("  region: '", "  id: '999999999999',\n  region: '"),
    );
  });
  after(() => project[Symbol.dispose]());

  it('are refused by every verb before it asks for anything, wherever the shell’s own region is', async () => {
    await using account = await simulatedAccount();
    await using way = await watchedWayTo(account.variables.AWS_ENDPOINT_URL);
    const queue = [...verbs];
    const worker = async () => {
      for (let line = queue.shift(); line !== undefined; line = queue.shift()) {
        const [verb = '', ...words] = line.split(' ');
        if (verb !== 'run-import') words.push('--json');
        const { code, stdout, stderr } = await project.run(verb, words, {
          AWS_ENDPOINT_URL: way.url,
          AWS_REGION: 'eu-west-1',
        });
        assert.equal(code, 2, `${line}: ${stderr}`);
        assert.match(
          stderr,
          /^✗ These credentials are arn:aws:\S+, of the account 123456789012; environments\/account\.ts says 999999999999\.\n {2}Use credentials of that account: AWS_PROFILE/m,
          line,
        );
        if (words.includes('--json')) assert.match(JSON.parse(stdout).failed, /^These credentials are /, line);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    assert.deepEqual([...way.scopes], ['us-east-1/sts']);
    assert.deepEqual(await account.stacks(), []);
  });
});

/** A door before the account that notes of each request which service of which region it is signed for. */
async function watchedWayTo(endpoint: string) {
  const scopes = new Set<string>();
  const server = createServer(async (request, response) => {
    const { authorization = '' } = request.headers;
    scopes.add(/\/([a-z0-9-]+\/[a-z0-9-]+)\/aws4_request/.exec(authorization)?.[1] ?? String(request.url));
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const body = await buffer(request);
    const answer = await fetch(new URL(request.url ?? '/', endpoint), {
      method: request.method ?? 'GET',
      headers,
      ...(body.length > 0 && { body }),
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    url: `http://127.0.0.1:${address.port}`,
    scopes,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}
