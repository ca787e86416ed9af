/** `npm run backup -- <environment>`: a snapshot of its tier's database and one of its rate limits, and fewer old ones. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, dim } from './terminal/style.ts';

const command = defineCommand({
  name: 'backup',
  summary: "back up the database and the rate limits of an environment's tier",
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    keep: {
      type: 'string',
      value: 'number',
      description: 'how many that this verb made stay, older ones go',
      default: '10',
    },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: ['npm run backup -- production', 'npm run backup -- staging --keep 3'],
  async run({ flags, positionals: [name = ''], signal }) {
    const keep = Number(flags.keep);
    if (!Number.isInteger(keep) || keep < 1 || keep > 90)
      // RDS has room for 100 snapshots made by hand, in a region.
      throw new UsageError(`--keep is "${flags.keep}"; it takes 1 to 90.`, 'Leave it out for ten.');
    const [{ environment }, { openSession }, { requireAccount }, { connectRds }, { connectDynamoDb }, { backUp }] =
      await Promise.all([
        import('../environments/index.ts'),
        import('./deploy/session.ts'),
        import('./deploy/whereabouts.ts'),
        import('./aws/rds.ts'),
        import('./aws/dynamodb.ts'),
        import('./operate/data/backup.ts'),
      ]);
    const wanted = environment(name);
    const { region } = wanted.account;
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name });
    const [rds, dynamoDb] = await Promise.all([connectRds({ region }), connectDynamoDb({ region })]);
    const shared = wanted.tier.environments.filter((other) => other !== wanted.name);
    session.say(`${bold(`backup of ${name}`)} · ${region}${shared.length > 0 ? ` · and of ${shared.join(', ')}` : ''}`);
    try {
      await requireAccount(session, wanted);
      const backup = await backUp({ session, rds, dynamoDb, environment: wanted, keep, now: new Date() });
      for (const old of backup.pruned) session.say(`    deleted      ${dim(old)}`);
      if (backup.database)
        session.say(`  npm run restore -- ${name} --snapshot ${backup.database.snapshot} brings it back.`);
      if (flags.json) process.stdout.write(`${JSON.stringify({ environment: name, region, ...backup }, null, 2)}\n`);
      return exitCode.done;
    } finally {
      for (const client of [rds, dynamoDb]) client.destroy();
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
