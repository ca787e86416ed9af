/** `npm run rotate-secret -- <environment> <secret>`: a new value, tried before it is used, taken back if it does not work. */
import { secretKinds } from './operate/data/secret-values.ts';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, green, yellow } from './terminal/style.ts';

const command = defineCommand({
  name: 'rotate-secret',
  summary: 'change a secret of an environment, with your own credentials; no value is ever printed',
  positionals: [
    { name: 'environment', description: 'development, staging or production', required: true },
    { name: 'secret', description: 'which one', required: true, choices: secretKinds },
  ],
  flags: {
    host: { type: 'string', value: 'name', description: 'of database: only where it is; the password stays' },
    confirm: {
      type: 'string',
      value: 'environment',
      description: 'of secret-key: its environment; else it is asked for',
    },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: [
    'npm run rotate-secret -- staging database',
    'npm run rotate-secret -- production secret-key --confirm production',
    'npm run rotate-secret -- production smtp < login.json    smtp and akismet are read from stdin, or asked for',
  ],
  async run({ flags, positionals: [name = '', which], signal }) {
    const kind = secretKinds.find((known) => known === which) ?? 'database';
    const { host } = flags;
    if (host !== undefined && (kind !== 'database' || !/^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/.test(host)))
      throw new UsageError(
        kind === 'database' ? `--host is "${host}"; it takes the name of a host.` : '--host is for the database alone.',
        'npm run rotate-secret -- --help',
      );
    const [
      { environment },
      { openSession },
      { requireAccount },
      clients,
      { connectCloudFront },
      values,
      { rotate },
      ask,
    ] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/session.ts'),
      import('./deploy/whereabouts.ts'),
      import('./aws/secrets-manager.ts'),
      import('./aws/cloudfront.ts'),
      import('./operate/data/secret-values.ts'),
      import('./operate/data/rotate.ts'),
      import('./terminal/ask.ts'),
    ]);
    const wanted = environment(name);
    const { region } = wanted.account;
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name });
    const secrets = await clients.connectSecretsManager({ region });
    try {
      session.say(`${bold(`${kind} of ${name}`)} · ${region}`);
      await requireAccount(session, wanted);
      const consequences = values.consequencesOf(kind);
      if (consequences) session.say(`${yellow('!')} ${consequences}`);
      if (kind === 'secret-key') await ask.confirm({ word: name, given: flags.confirm, signal });
      const isTyped = host === undefined && values.isHandMade(wanted, kind);
      const given = isTyped ? await ask.askSecret('New value: ', signal) : undefined;
      const order = { session, secrets, environment: wanted, kind, host, given };
      const rotated = await rotate({ ...order, cloudFront: () => connectCloudFront({ region }) });
      session.say(`${green('✓')} ${rotated.secret} is changed`);
      if (flags.json) process.stdout.write(`${JSON.stringify({ environment: name, region, ...rotated }, null, 2)}\n`);
      return exitCode.done;
    } finally {
      secrets.destroy();
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
