/** `npm run rollback -- <environment>`: makes an earlier release live again, in seconds; the database is not touched. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green } from './terminal/style.ts';

const command = defineCommand({
  name: 'rollback',
  summary: 'make an earlier release of the API live again; nothing else is changed',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    releases: {
      type: 'string',
      value: 'number',
      description: 'so many back from the one that is live; 1 where nothing is said',
    },
    to: { type: 'string', value: 'release', description: 'this one: a commit, or a moment such as 2026-11-25T09:30' },
    'accept-migrations': { type: 'boolean', description: 'although a migration since then may be in its way' },
    'dry-run': { type: 'boolean', description: 'check everything, and change nothing' },
    yes: { type: 'boolean', description: 'do not ask before production is changed' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: [
    'npm run rollback -- staging',
    'npm run rollback -- production --releases 2 --dry-run',
    'npm run rollback -- production --to 3fa94c1 --yes',
    'npm run deploy -- production    makes what was deployed last live again',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    if (flags.releases !== undefined && flags.to !== undefined)
      throw new UsageError('--releases and --to both say which release.', 'Leave one of them out.');
    const releases = Number(flags.releases ?? '1');
    if (!Number.isInteger(releases) || releases < 1 || releases > 100)
      throw new UsageError(
        `--releases is "${flags.releases}"; it takes 1 to 100.`,
        `npm run releases -- ${name} shows the number of each.`,
      );
    const wanted = flags.to === undefined ? { releases } : { to: flags.to };
    const [{ environment }, { endpointOf }, { openSession }, { rollback }, { heading }, { confirm }] =
      await Promise.all([
        import('../environments/index.ts'),
        import('./aws/cloudformation.ts'),
        import('./deploy/session.ts'),
        import('./deploy/releases/rollback.ts'),
        import('./deploy/text.ts'),
        import('./terminal/ask.ts'),
      ]);
    const of = environment(name);
    const { region } = of.account;
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name });
    session.say(heading(name, region, endpointOf({ region })));
    try {
      const done = await rollback(session, of, {
        wanted,
        isDryRun: flags['dry-run'],
        acceptsMigrations: flags['accept-migrations'],
        async confirm() {
          if (of.tier.name === 'production')
            await confirm({ word: name, given: flags.yes ? name : undefined, flag: '--yes', signal });
        },
      });
      session.say(
        {
          'dry run': `${green('✓')} Version ${done.to} could be made live. Nothing was changed.`,
          'live already': `${green('✓')} It is live already; nothing was changed.`,
          'rolled back': `${green('✓')} version ${done.to} is live again\n  recorded as ${done.record}\n  npm run deploy -- ${name} makes what was deployed last live again.`,
        }[done.outcome],
      );
      if (flags.json) process.stdout.write(`${JSON.stringify({ environment: name, region, ...done }, null, 2)}\n`);
      return exitCode.done;
    } finally {
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
