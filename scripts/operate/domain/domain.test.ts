import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAcm } from '../../aws/acm.ts';
import { copyOfProject, type Ended, type Project, simulatedAccount } from '../../deploy/fixture.ts';
import { type DnsSimulator, startDnsSimulator } from '../../simulators/dns.ts';
import { type SesSimulator, startSesSimulator } from '../../simulators/ses.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';
import { look, resolver } from './dns.ts';
import { covers } from './records.ts';

type Account = Awaited<ReturnType<typeof simulatedAccount>>;

describe('verify-domain, as it is typed: DNS, SES and stacks on simulators, ACM emulated by moto', function () {
  this.timeout(60_000);
  let moto: Moto;
  let project: Project;
  let account: Account;
  let dns: DnsSimulator;
  let ses: SesSimulator;
  before(async function () {
    const command = find('moto_server');
    // No moto_server on this machine: .ci/requirements.txt has it.
    if (!command) return this.skip();
    // Seconds, in place of the minute that moto lets pass before a certificate is issued.
    moto = await startMoto(command, { MOTO_ACM_VALIDATION_WAIT: '1' });
    project = copyOfProject();
    account = await simulatedAccount();
    dns = await startDnsSimulator();
    ses = await startSesSimulator();
  });
  after(async () => {
    project?.[Symbol.dispose]();
    for (const simulator of [account, dns, ses, moto]) await simulator?.[Symbol.asyncDispose]();
  });

  const type = (...args: string[]): Promise<Ended> =>
    project.run('verify-domain', [...args, '--resolver', dns.address], {
      ...account.variables,
      AWS_ENDPOINT_URL_SESV2: ses.url,
      AWS_ENDPOINT_URL_ACM: moto.url,
    });

  it('has nothing to say of an environment without names', async () => {
    const { code, stdout } = await type('staging');
    assert.equal(code, 0);
    assert.match(stdout, /It has no names of its own: neither mail, nor api\.domain, nor cdn\.domain/);
    const { code: refused, stderr } = await type('staging', '--request');
    assert.equal(refused, 2);
    assert.match(stderr, /staging sends no mail\.\n {2}Say mail\.from in environments\/staging\.ts first/);
  });

  it('has SES begin, prints its records to paste, and sees them come', async () => {
    project.edit('environments/staging.ts', (text) =>
      text.replace('siteUrl:', "mail: { from: 'hello@example.org' },\n  siteUrl:"),
    );
    const before = await type('staging');
    assert.equal(before.code, 1);
    assert.match(
      before.stdout,
      /! SES: example\.org {2}SES does not know example\.org yet\n {6}npm run verify-domain -- staging --request\n/,
    );
    const begun = await type('staging', '--request');
    assert.equal(begun.code, 1);
    assert.match(begun.stdout, /✓ SES verifies example\.org from now on\n/);
    assert.match(
      begun.stdout,
      /✗ aaaa\._domainkey\.example\.org\n {6}CNAME {2}aaaa\.dkim\.amazonses\.com\n {6}mail is ours \(DKIM\); is not there yet\n/,
    );
    assert.match(
      begun.stdout,
      /- _dmarc\.example\.org\n {6}TXT {2}v=DMARC1; p=none;\n {6}.*recommended; is not there yet\n/,
    );

    dns.records.set('CNAME aaaa._domainkey.example.org', 'aaaa.dkim.amazonses.com');
    dns.records.set('CNAME bbbb._domainkey.example.org', 'somebody.else.example');
    const half = await type('staging');
    assert.match(half.stdout, /✓ aaaa\._domainkey/);
    assert.match(
      half.stdout,
      /✗ bbbb\._domainkey[^\n]*\n[^\n]*\n {6}mail is ours \(DKIM\); DNS says somebody\.else\.example\n/,
    );

    const waiting = project.run('verify-domain', ['staging', '--wait', '--resolver', dns.address], {
      ...account.variables,
      AWS_ENDPOINT_URL_SESV2: ses.url,
    });
    await waiting.says(/! SES: example\.org {2}DKIM PENDING/);
    for (const token of ['bbbb', 'cccc'])
      dns.records.set(`CNAME ${token}._domainkey.example.org`, `${token}.dkim.amazonses.com`);
    ses.verified.add('example.org');
    const { code, stdout } = await waiting;
    assert.equal(code, 0);
    assert.match(stdout, /✓ SES: example\.org {2}DKIM SUCCESS\n$/);
  });

  it('does not wait for what has failed, nor without end, and lets go at Ctrl-C', async () => {
    ses.verified.delete('example.org');
    const tired = await type('staging', '--wait', '--timeout', '0.001');
    assert.equal(tired.code, 3);
    assert.match(tired.stderr, /Not everything is verified after 0\.001 minutes/);
    const waiting = project.run('verify-domain', ['staging', '--wait', '--resolver', dns.address], {
      ...account.variables,
      AWS_ENDPOINT_URL_SESV2: ses.url,
    });
    await waiting.says(/DKIM PENDING/);
    waiting.kill('SIGINT');
    assert.equal((await waiting).code, 130);
    ses.failed.add('example.org');
    const failed = await type('staging', '--wait');
    assert.equal(failed.code, 7);
    assert.match(failed.stderr, /SES: example\.org: DKIM FAILED\.\n {2}SES looked for 72 hours/);
    ses.verified.add('example.org');
  });

  it('has ACM begin with a certificate, once, and waits until it is issued', async () => {
    const asked = await type('staging', '--certificate', 'api.example.org');
    const arn = /"certificateArn":"([^"]+)"/.exec(asked.stdout)?.[1] ?? '';
    assert.match(arn, /^arn:aws:acm:us-east-1:\d{12}:certificate\//);
    assert.match(asked.stdout, /for environments\/staging\.ts, api\.domain: \{"name":"api\.example\.org"/);
    assert.match(asked.stdout, /\n {4}_\w+\.api\.example\.org {2}CNAME {2}_[\w.]+\.acm-validations\.aws\n/);
    assert.ok(
      (await type('staging', '--certificate', 'api.example.org')).stdout.includes(arn),
      'it was asked for twice',
    );

    project.edit('environments/staging.ts', (text) =>
      text.replace('throttle: {', `domain: { name: 'api.example.org', certificateArn: '${arn}' },\n    throttle: {`),
    );
    // moto issues it a second after it was asked for, whatever DNS says.
    await sleep(1_500);
    const { code, stdout } = await type('staging', '--json');
    assert.equal(code, 1);
    const { records, proofs, verified } = JSON.parse(stdout);
    assert.equal(verified, false);
    const validation = records.find(({ purpose }: { purpose: string }) => purpose.includes('ACM'));
    assert.deepEqual(validation.found, { state: 'missing' });
    dns.records.set(`CNAME ${validation.name.toLowerCase()}`, validation.value);
    assert.deepEqual(proofs.map(({ of, state }: { of: string; state: string }) => [of, state]).toSorted(), [
      ['SES: example.org', 'verified'],
      ['api.example.org leads to the API', 'waiting'],
      ['certificate: api.example.org', 'verified'],
    ]);
  });

  it('refuses a certificate of another name, and one that is gone', async () => {
    const acm = await connectAcm({
      region: 'us-east-1',
      endpoint: moto.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { CertificateArn: other = '' } = await acm.requestCertificate({
      DomainName: 'www.example.net',
      ValidationMethod: 'DNS',
    });
    let arn = '';
    project.edit('environments/staging.ts', (text) =>
      text.replace(/certificateArn: '([^']+)'/, (_, before: string) => {
        arn = before;
        return `certificateArn: '${other}'`;
      }),
    );
    assert.match((await type('staging')).stdout, /✗ certificate: api\.example\.org {2}it is of www\.example\.net\n/);
    await acm.deleteCertificate({ CertificateArn: other });
    acm.destroy();
    assert.match((await type('staging')).stdout, /✗ certificate: api\.example\.org {2}there is no arn:aws:acm/);
    project.edit('environments/staging.ts', (text) => text.replace(other, arn));
  });

  it('takes no words that it does not understand', async () => {
    assert.match(
      (await type('staging', '--certificate', 'https://x')).stderr,
      /--certificate is "https:\/\/x"; it takes a name/,
    );
    assert.match((await type('staging', '--timeout', 'soon')).stderr, /--timeout is "soon"; it takes minutes/);
    const { code, stderr } = await project.run('verify-domain', ['staging', '--resolver', 'google'], account.variables);
    assert.equal(code, 2);
    assert.match(stderr, /--resolver is "google"; it takes an address/);
  });
});

describe('verify-domain: what DNS says', () => {
  let dns: DnsSimulator;
  before(async () => {
    dns = await startDnsSimulator({
      'CNAME api.example.org': 'D-ABC.execute-api.us-east-1.amazonaws.com',
      'A example.org': '192.0.2.1',
      'A d1.cloudfront.example': '192.0.2.1',
      'TXT _dmarc.example.org': 'v=DMARC1; p=reject',
    });
  });
  after(() => dns[Symbol.asyncDispose]());
  const of = (type: 'CNAME' | 'TXT', name: string, value: string, purpose = 'x') =>
    look(resolver(dns.address), { type, name, value, purpose });

  it('is compared as names are: without case, without the last dot', async () => {
    assert.deepEqual(await of('CNAME', 'api.example.org', 'd-abc.execute-api.us-east-1.amazonaws.com'), {
      state: 'there',
    });
    assert.deepEqual(await of('CNAME', 'nobody.example.org', 'x'), { state: 'missing' });
    assert.deepEqual(await of('TXT', '_dmarc.example.org', 'v=DMARC1; p=none;'), { state: 'there' });
  });

  it('may be an alias at the top of a domain, of which only addresses are seen', async () => {
    const leads = (value: string) => of('CNAME', 'example.org', value, 'leads to CloudFront');
    assert.deepEqual(await leads('d1.cloudfront.example'), { state: 'there' });
    assert.deepEqual(await leads('d2.cloudfront.example'), { state: 'other', value: '192.0.2.1' });
  });

  it('may be nothing at all', async () => {
    dns.hangs = true;
    const impatient = new Resolver({ timeout: 100, tries: 1 });
    impatient.setServers([dns.address]);
    const found = await look(impatient, { type: 'CNAME', name: 'a.example', value: 'b', purpose: 'x' });
    dns.hangs = false;
    assert.deepEqual(found, { state: 'unknown', why: 'ETIMEOUT' });
  });

  it('lets a certificate of a star be for one name below it', () => {
    for (const [name, host, expected] of [
      ['*.example.org', 'api.example.org', true],
      ['*.example.org', 'example.org', false],
      ['*.example.org', 'a.api.example.org', false],
      ['API.example.org', 'api.example.org', true],
    ] as const)
      assert.equal(covers(name, host), expected, `${name} ${host}`);
  });
});
