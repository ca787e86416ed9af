/** `npm run smoke-test -- <environment>`: asks the API of an environment whether it works, as its users do. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { dim, duration, green } from './terminal/style.ts';

const command = defineCommand({
  name: 'smoke-test',
  summary: 'ask the API of an environment whether it works',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    url: { type: 'string', value: 'url', description: 'ask here; else where the stack api of the environment is' },
    attempts: { type: 'string', value: 'number', description: 'how often, six seconds apart', default: '10' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: ['npm run smoke-test -- staging', 'npm run smoke-test -- development --url http://localhost:8000'],
  async run({ flags, positionals: [name = ''], signal }) {
    const attempts = Number(flags.attempts);
    if (!Number.isInteger(attempts) || attempts < 1 || attempts > 100)
      throw new UsageError(`--attempts is "${flags.attempts}"; it takes 1 to 100.`, 'Leave it out for ten.');
    if (flags.url !== undefined && !/^https?:\/\//.test(flags.url))
      throw new UsageError(`--url is "${flags.url}"; it takes http:// or https://.`, 'Leave it out to ask AWS for it.');
    const [{ environment }, { smokeTest }, { urlOf }, { openSession }, { requireAccountOf }] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/smoke-test.ts'),
      import('./deploy/api-url.ts'),
      import('./deploy/session.ts'),
      import('./deploy/whereabouts.ts'),
    ]);
    const wanted = environment(name);
    if (flags.url === undefined) await requireAccountOf(wanted, signal);
    const say = (line: string) => void (flags.json ? process.stderr : process.stdout).write(`${line}\n`);
    const session =
      flags.url === undefined ? await openSession({ region: wanted.account.region }, signal, say, { name }) : undefined;
    const url = flags.url ?? (await urlOf(wanted, signal));
    // Where AWS is simulated, so is what answers at the address that it gives.
    const simulated = session ? { ...session.patience, fetch: session.fetch } : {};
    const tested = await smokeTest({ url, signal, say, name, ...simulated, attempts }).finally(session?.close);
    if (flags.json) process.stdout.write(`${JSON.stringify(tested)}\n`);
    else say(`${green('✓')} ${tested.url} answers as it should  ${dim(duration(tested.milliseconds))}`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
