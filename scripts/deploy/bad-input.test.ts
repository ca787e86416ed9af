import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { assertOneError, copyOfProject, type Ended, type Project, simulatedAccount } from './fixture.ts';

describe('preview and deploy: bad input', function () {
  this.timeout(120_000);
  let project: Project;
  // Begun first and looked at last, for it takes its time.
  let silent: Awaited<ReturnType<typeof listening>>;
  let silence: Promise<{ ended: Ended; milliseconds: number }>;
  before(async () => {
    project = copyOfProject();
    const { code, stderr } = await project.run('generate', []);
    assert.equal(code, 0, stderr);
    silent = await listening(createServer());
    silence = timed(project.run('preview', ['development'], { AWS_ENDPOINT_URL: silent.url }));
  });
  after(async () => {
    await silent[Symbol.asyncDispose]();
    project[Symbol.dispose]();
  });

  it('an environment that there is not', async () => {
    for (const verb of ['preview', 'deploy']) {
      assertOneError(
        await project.run(verb, ['prod']),
        2,
        /There is no environment "prod"\./,
        /development, staging, production/,
      );
    }
  });

  it('a stack that there is not', async () => {
    assertOneError(
      await project.run('preview', ['staging', '--stack', 'cdnn']),
      2,
      /staging has no stack "cdnn"/,
      /It has network, /,
    );
  });

  it('templates that are not what the generator writes', async () => {
    await using account = await simulatedAccount();
    using stale = copyOfProject();
    await stale.run('generate', []);
    stale.edit('templates/tiers/nonproduction/network.yaml', (text) => text.replace('10.20.0.0/16', '10.99.0.0/16'));
    for (const verb of ['preview', 'deploy']) {
      assertOneError(
        await stale.run(verb, ['development'], account.variables),
        2,
        /templates\/tiers\/nonproduction\/network\.yaml:\d+ is "CidrBlock: 10\.99\.0\.0\/16", would be "CidrBlock: 10\.20\.0\.0\/16"/,
        /npm run generate/,
      );
    }
    assert.deepEqual(await account.stacks(), []);
  });

  it('an endpoint that refuses connections', async () => {
    assertOneError(
      await project.run('deploy', ['development'], { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
      1,
      /CloudFormation at http:\/\/127\.0\.0\.1:1 does not answer \(connection refused\)/,
      /AWS_ENDPOINT_URL/,
    );
  });

  it('an endpoint that is something else', async () => {
    for (const [status, body] of [
      [200, '<html>Welcome</html>'],
      [404, '<html>Not here</html>'],
      [200, '{"hello":"world"}'],
    ] as const) {
      await using other = await listening(createHttpServer((_, response) => response.writeHead(status).end(body)));
      assertOneError(
        await project.run('preview', ['development'], { AWS_ENDPOINT_URL: other.url }),
        1,
        /What answers at http:\/\/127\.0\.0\.1:\d+ is not CloudFormation/,
        /Check AWS_ENDPOINT_URL/,
      );
    }
  });

  it('credentials that are missing, expired, unknown or denied', async () => {
    await using account = await simulatedAccount();
    const as = (AWS_ACCESS_KEY_ID: string | undefined) =>
      project.run('deploy', ['development'], { ...account.variables, AWS_ACCESS_KEY_ID });
    assertOneError(await as(undefined), 2, /No AWS credentials could be loaded/, /Set AWS_PROFILE/);
    assertOneError(await as('expired'), 2, /The AWS credentials have expired/, /Sign in again/);
    assertOneError(await as('unknown'), 2, /AWS does not accept these credentials/, /Check AWS_PROFILE/);
    assertOneError(
      await as('denied'),
      1,
      /AWS denies cloudformation:\w+: User: arn:aws:iam::123456789012:user\/denied/,
      /Use credentials that may \w+/,
    );
    assert.deepEqual(await account.stacks(), []);
  });

  it('a template that CloudFormation refuses', async () => {
    await using account = await simulatedAccount();
    using faulty = copyOfProject();
    faulty.edit('generator/resources/rate-limits-table.ts', (text) =>
      text.replaceAll("'AWS::DynamoDB::Table'", "'AWS::DynamoDB'"),
    );
    await faulty.run('generate', []);
    const refusal =
      /CloudFormation refuses templates\/tiers\/nonproduction\/rate-limits\.yaml: Template format error: Unrecognized resource types: \[AWS::DynamoDB\]/;
    const advice = /Correct generator\/stacks\/rate-limits\.ts/;
    assertOneError(await faulty.run('preview', ['development'], account.variables), 2, refusal, advice);
    assert.deepEqual(await account.stacks(), []);

    const image = `sha256:${'a'.repeat(64)}`;
    const images = ['--lambda-image', image, '--importer-image', image];
    assertOneError(await faulty.run('deploy', ['development', ...images], account.variables), 2, refusal, advice);
    assert.deepEqual(await account.stacks(), []);
  });

  it('an endpoint that says nothing, before anybody gives up waiting', async () => {
    const { ended, milliseconds } = await silence;
    assertOneError(ended, 1, /does not answer \(it took too long\)/, /AWS_ENDPOINT_URL/);
    // Some 14 s of it are three tries; the rest is the machine's, and may be much on a busy one.
    assert.ok(milliseconds < 60_000, `${milliseconds} ms`);
  });
});

async function timed(running: Promise<Ended>) {
  const started = Date.now();
  const ended = await running;
  return { ended, milliseconds: Date.now() - started };
}

async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
