/** `npm run releases -- <environment>`: what was released, and how far back it is. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'releases',
  summary: 'list what was released to an environment, the latest first',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    limit: { type: 'string', value: 'number', description: 'how many, at most', default: '20' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: ['npm run releases -- production', 'npm run --silent releases -- staging --limit 100 --json'],
  async run({ flags, positionals: [name = ''], signal }) {
    const limit = Number(flags.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 199)
      throw new UsageError(`--limit is "${flags.limit}"; it takes 1 to 199.`, 'Leave it out for twenty.');
    const [
      { environment },
      { endpointOf },
      { openSession },
      { listReleases, releaseLines },
      { heading },
      { DeployError },
    ] = await Promise.all([
      import('../environments/index.ts'),
      import('./aws/cloudformation.ts'),
      import('./deploy/session.ts'),
      import('./deploy/releases/list.ts'),
      import('./deploy/text.ts'),
      import('./deploy/errors.ts'),
    ]);
    const wanted = environment(name);
    const { region } = wanted.account;
    const session = await openSession({ region }, signal, (line) => process.stderr.write(`${line}\n`), { name });
    try {
      const listed = await listReleases(session, wanted, limit);
      if (flags.json) process.stdout.write(`${JSON.stringify(listed, null, 2)}\n`);
      else process.stdout.write(`${heading(name, region, endpointOf({ region }))}\n${releaseLines(listed)}\n`);
      const unreadable = listed.releases.filter(({ fault }) => fault !== undefined);
      if (unreadable.length === 0) return exitCode.done;
      throw new DeployError(
        `Not every release is told: ${unreadable[0]?.fault}`,
        'Somebody else wrote it, or a later version of this project: look at it, or check out that version.',
        exitCode.partlyDone,
      );
    } finally {
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
