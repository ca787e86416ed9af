/** `npm run verify-domain -- <environment>`: the records that its names need in DNS, and whether they are there. */
import type { Verified } from './operate/domain/verify.ts';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, dim, green, red, yellow } from './terminal/style.ts';

const command = defineCommand({
  name: 'verify-domain',
  summary: 'print the DNS records of an environment, to paste, and check them; with your own credentials',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    request: { type: 'boolean', description: "have SES begin to verify the domain of the environment's mail" },
    certificate: { type: 'string', value: 'host', description: 'have ACM begin with a certificate of this name' },
    for: { type: 'string', description: 'what that certificate is for', choices: ['api', 'cdn'], default: 'api' },
    wait: { type: 'boolean', description: 'wait until everything is there and verified' },
    timeout: { type: 'string', value: 'minutes', description: 'stop waiting after that long', default: '60' },
    resolver: { type: 'string', value: 'address', description: 'ask this DNS server; else those of this machine' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: [
    'npm run verify-domain -- production --certificate api.example.org',
    'npm run verify-domain -- production --request',
    'npm run verify-domain -- production --wait --resolver 1.1.1.1',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    const minutes = Number(flags.timeout);
    if (!(minutes > 0 && minutes <= 72 * 60))
      throw new UsageError(
        `--timeout is "${flags.timeout}"; it takes minutes, up to 4320.`,
        'Leave it out for an hour.',
      );
    if (
      flags.certificate !== undefined &&
      !/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(flags.certificate)
    )
      throw new UsageError(`--certificate is "${flags.certificate}"; it takes a name.`, 'Such as api.example.org.');
    if (flags.resolver !== undefined && !/^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:]+\])(:\d{1,5})?$/i.test(flags.resolver))
      throw new UsageError(`--resolver is "${flags.resolver}"; it takes an address.`, 'Such as 1.1.1.1.');
    const [
      { environment },
      { openSession },
      { requireAccount },
      { isLocal },
      { connectSes },
      { connectAcm },
      { resolver },
      domain,
    ] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/session.ts'),
      import('./deploy/whereabouts.ts'),
      import('./aws/connection.ts'),
      import('./aws/ses.ts'),
      import('./aws/acm.ts'),
      import('./operate/domain/dns.ts'),
      import('./operate/domain/verify.ts'),
    ]);
    const wanted = environment(name);
    const { region } = wanted.account;
    const stream = flags.json ? process.stderr : process.stdout;
    const say = (line: string) => void stream.write(`${line}\n`);
    const session = await openSession({ region }, signal, say, { name });
    const ses = await connectSes({ region });
    const opened: { destroy(): void }[] = [ses];
    const acm = async (of: string) => {
      const client = await connectAcm({ region: of });
      opened.push(client);
      return client;
    };
    try {
      say(`${bold(`names of ${name}`)} · ${region}`);
      await requireAccount(session, wanted);
      if (flags.request) say(`${green('✓')} SES verifies ${await domain.requestIdentity(ses, wanted)} from now on`);
      if (flags.certificate !== undefined) {
        const isForApi = flags.for === 'api';
        const client = await acm(isForApi ? region : domain.cloudFrontRegion);
        const certificateArn = await domain.requestCertificate(client, flags.certificate);
        const put = { name: flags.certificate, certificateArn };
        say(`${green('✓')} for environments/${name}.ts, ${flags.for}.domain: ${JSON.stringify(put)}`);
        const { certificateNeeds } = await import('./operate/domain/records.ts');
        const { records } = await certificateNeeds(client, { host: flags.certificate, certificateArn }, signal);
        for (const { type, name: record, value } of records) say(`    ${record}  ${type}  ${value}`);
      }
      const clients = { session, ses, acm, dns: resolver(flags.resolver) };
      let before = '';
      const seen = (now: Verified) => {
        const text = described(now);
        if (text !== before) say(text);
        before = text;
      };
      const pauseMs = isLocal({ region }) ? 50 : 15_000;
      const verified = flags.wait
        ? await domain.untilVerified(clients, wanted, { minutes, pauseMs, seen })
        : await domain.verify(clients, wanted);
      if (!flags.wait) seen(verified);
      const isDone = domain.isVerified(verified);
      if (flags.json)
        process.stdout.write(
          `${JSON.stringify({ environment: name, region, verified: isDone, ...verified }, null, 2)}\n`,
        );
      return isDone ? exitCode.done : exitCode.failed;
    } finally {
      for (const client of opened) client.destroy();
      session.close();
    }
  },
});

function described({ records, proofs }: Verified): string {
  if (records.length === 0 && proofs.length === 0)
    return '  It has no names of its own: neither mail, nor api.domain, nor cdn.domain in environments/.';
  const rows = records.map(({ purpose, type, name, value, optional, ours, found }) => {
    const state = {
      there: green('✓'),
      missing: optional ? yellow('-') : red('✗'),
      other: red('✗'),
      unknown: yellow('?'),
    }[found.state];
    const what =
      found.state === 'other'
        ? `DNS says ${found.value}`
        : found.state === 'unknown'
          ? `DNS does not say (${found.why})`
          : found.state === 'missing'
            ? `is not there yet${ours ? '; its stack writes it' : ''}`
            : 'is there';
    const recommended = optional ? ', recommended' : '';
    return `  ${state} ${name}\n      ${type}  ${bold(value)}\n      ${dim(`${purpose}${recommended}; ${what}`)}`;
  });
  const said = proofs.map(({ of, state, found, remedy }) => {
    const sign = { verified: green('✓'), waiting: yellow('!'), failed: red('✗') }[state];
    return `  ${sign} ${of}  ${dim(found)}${remedy === undefined ? '' : `\n      ${remedy}`}`;
  });
  const intro = records.some(({ found, ours }) => found.state !== 'there' && !ours)
    ? ['  To be set where the DNS of the domain is run; a CNAME at its very top is called ALIAS or ANAME there:']
    : [];
  return [...intro, ...rows, ...said].join('\n');
}

if (import.meta.main) await run(command);
