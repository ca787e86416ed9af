import assert from 'node:assert/strict';
import { connectIam } from '../../aws/iam.ts';
import { copyOfProject, type Ended, type Project, simulatedAccount } from '../../deploy/fixture.ts';
import {
  type GitHubSimulator,
  simulatedRepository,
  simulatedToken,
  startGitHubSimulator,
} from '../../simulators/github.ts';
import { noSettings, type SimulatedSettings } from '../../simulators/github-settings.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';

type Account = Awaited<ReturnType<typeof simulatedAccount>>;

describe('bootstrap, as it is typed: stacks and GitHub on simulators, IAM emulated by moto', function () {
  this.timeout(60_000);
  let moto: Moto;
  let project: Project;
  let account: Account;
  let github: GitHubSimulator;
  let settings: SimulatedSettings;
  before(async function () {
    const command = find('moto_server');
    // No moto_server on this machine: .ci/requirements.txt has it.
    if (!command) return this.skip();
    moto = await startMoto(command);
    project = copyOfProject();
  });
  after(async () => {
    project?.[Symbol.dispose]();
    await moto?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
    account = await simulatedAccount();
    settings = noSettings();
    github = await startGitHubSimulator([], simulatedRepository, settings);
  });
  afterEach(async () => {
    await account?.[Symbol.asyncDispose]();
    await github?.[Symbol.asyncDispose]();
  });

  const type = (args: readonly string[], more: Record<string, string> = {}): Promise<Ended> =>
    project.run('bootstrap', args, { ...account.variables, AWS_ENDPOINT_URL_IAM: moto.url, ...more });
  const withToken = () => ({ GITHUB_TOKEN: simulatedToken, GITHUB_API_URL: github.url });

  it('trusts nobody before it is told whose repository deploys', async () => {
    const { code, stderr } = await type([]);
    assert.equal(code, 2);
    assert.match(stderr, /does not say yet which repository deploys: it names your--organization\/coalition-builder/);
    assert.match(stderr, /gh api repos\/\{owner\}\/\{repo\}/);
    assert.deepEqual(await account.stacks(), []);

    project.edit('environments/account.ts', (text) =>
      text
        .replace("'your--organization'", "'coalition'")
        .replace("'coalition-builder'", "'backend'")
        .replaceAll("Id: '0'", "Id: '17'"),
    );
    assert.equal((await project.run('generate', [])).code, 0);
  });

  it('says what is missing, and changes nothing, when it only checks', async () => {
    const { code, stdout, stderr } = await type(['--check'], withToken());
    assert.deepEqual([code, stderr], [1, '']);
    assert.match(stdout, /✓ account 123456789012 {2}arn:aws:iam::123456789012:user\/test\n/);
    assert.match(stdout, /! coalition-builder-bootstrap is not deployed\.\n {6}npm run bootstrap\n/);
    assert.match(stdout, /! There is no environment staging\.\n {6}gh api --silent -X PUT/);
    assert.match(
      stdout,
      /AWS_DEPLOY_ROLE_ARN of staging is not set\.\n {6}gh variable set AWS_DEPLOY_ROLE_ARN --env staging --body arn:aws:iam::123456789012:role\/coalition-builder-deploy-staging\n/,
    );
    assert.deepEqual(await account.stacks(), []);
    assert.deepEqual([...settings.variables], []);
  });

  it('deploys the stack, tells GitHub, and says what comes next; a second time there is nothing to do', async () => {
    settings.variables.set('AWS_REGION', 'eu-west-1');
    const { code, stdout, stderr } = await type(['--write-variables'], withToken());
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(await account.stacks(), ['coalition-builder-bootstrap CREATE_COMPLETE']);
    assert.equal(settings.variables.get('AWS_REGION'), 'us-east-1');
    assert.equal(
      settings.variables.get('production AWS_DEPLOY_ROLE_ARN'),
      'arn:aws:iam::123456789012:role/coalition-builder-deploy-production',
    );
    assert.deepEqual(settings.environments.get('preview'), { restricted: true, branches: ['main'] });
    assert.match(stdout, /✓ The account is ready\.\n$/);
    assert.match(stdout, /gh workflow run deploy-lambda\.yml --ref main/);

    const again = JSON.parse((await type(['--write-variables', '--json'], withToken())).stdout);
    assert.deepEqual([again.stack, again.written, again.open], ['unchanged', [], []]);
    assert.equal((await type(['--check'], withToken())).code, 0);
  });

  it('says so where GitHub was not asked, or does not let this token see', async () => {
    const unasked = await type([]);
    assert.equal(unasked.code, 3);
    assert.match(unasked.stdout, /GITHUB_TOKEN is not set\.\n {6}GITHUB_TOKEN=\$\(gh auth token\) npm run bootstrap/);
    const { code, stderr } = await type(['--check'], { ...withToken(), GITHUB_TOKEN: 'expired' });
    assert.equal(code, 1);
    assert.match(stderr, /GitHub answers GET \/environments\/preview with 401/);
    github.failures.push({ method: 'PUT', status: 403 });
    const forbidden = await type(['--write-variables'], withToken());
    assert.equal(forbidden.code, 1);
    assert.match(
      forbidden.stderr,
      /PUT \/environments\/preview with 403.*\n {2}Use the token of somebody who administers/,
    );
  });

  it('does not let CloudFormation run into a provider that somebody else has made', async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const iam = await connectIam({ region: 'us-east-1', endpoint: moto.url, credentials });
    await iam.createOpenIDConnectProvider({
      Url: 'https://token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['0'.repeat(40)],
    });
    iam.destroy();
    const { code, stderr } = await type([]);
    assert.equal(code, 7);
    assert.match(
      stderr,
      /has an identity provider for GitHub already, and coalition-builder-bootstrap did not make it/,
    );
    assert.match(
      stderr,
      /delete-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::\d+:oidc-provider/,
    );
    assert.deepEqual(await account.stacks(), []);
  });

  it('asks for the hand-made secrets that environments want, and refuses other accounts and regions', async () => {
    assert.match((await type([], { AWS_REGION: 'eu-west-1' })).stderr, /AWS_REGION says eu-west-1, and .* us-east-1/);
    project.edit('environments/account.ts', (text) =>
      text.replace("region: 'us-east-1',", "region: 'us-east-1', id: '999999999999',"),
    );
    const wrong = await type([]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /of the account 123456789012; environments\/account\.ts says 999999999999/);
    project.edit('environments/account.ts', (text) => text.replace(" id: '999999999999',", ''));

    project.edit('environments/tiers/production.ts', (text) =>
      text.replace(
        '  rateLimits: {',
        "  outbound: { smtp: { host: 'smtp.example.org', addresses: 'dual-stack' } },\n  rateLimits: {",
      ),
    );
    const variables = { ...withToken(), AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.url };
    const { stdout } = await type(['--check'], variables);
    assert.match(
      stdout,
      /There is no secret coalition-builder-production-smtp\.\n {6}Type \{"username":…,"password":…\} into it, then Ctrl-D: aws secretsmanager create-secret --name coalition-builder-production-smtp --tags Key=Environment,Value=production/,
    );
  });
});
