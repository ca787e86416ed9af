/** `npm run restore -- <environment>`: the database of its tier as it was, in a new instance beside the live one. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, columns, yellow } from './terminal/style.ts';

const command = defineCommand({
  name: 'restore',
  summary: 'bring the database back as it was, into a new instance beside the live one, with your own credentials',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    to: { type: 'string', value: 'time', description: 'as it was then; by default the latest moment there is' },
    snapshot: { type: 'string', value: 'name', description: 'as it is in this snapshot' },
    as: { type: 'string', value: 'name', description: 'what the new instance is called; by default after the time' },
    resume: { type: 'string', value: 'name', description: 'go on with the restore of this instance' },
    'dry-run': { type: 'boolean', description: 'check everything, say what would be made, make nothing' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: [
    'npm run restore -- production --to 2030-01-31T08:30:00Z --dry-run',
    'npm run restore -- staging --snapshot coalition-builder-nonproduction-backup-20300131-083000',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    const begun = [flags.to, flags.snapshot, flags.resume].filter((flag) => flag !== undefined);
    if (begun.length > 1)
      throw new UsageError('--to, --snapshot and --resume exclude each other.', 'Name one of them, or none.');
    if (flags.as !== undefined && !/^[a-z](-?[a-z0-9]){0,62}$/.test(flags.as))
      throw new UsageError(
        `--as is "${flags.as}"; it takes 1 to 63 small letters, digits and single hyphens.`,
        'Leave it out for a name of its own.',
      );
    const [
      { environment },
      { openSession },
      { requireAccount },
      { refuseDatabaseElsewhere },
      data,
      { momentOf },
      manual,
    ] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/session.ts'),
      import('./deploy/whereabouts.ts'),
      import('./operate/data/instance.ts'),
      import('./operate/data/restore.ts'),
      import('./operate/data/restore-source.ts'),
      import('./operate/data/restore-manual.ts'),
    ]);
    const wanted = environment(name);
    refuseDatabaseElsewhere(wanted);
    const now = new Date();
    const to = flags.to === undefined ? undefined : momentOf(flags.to, now);
    const { region } = wanted.account;
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name });
    const print = (json: object) =>
      flags.json && process.stdout.write(`${JSON.stringify({ environment: name, region, ...json }, null, 2)}\n`);
    try {
      session.say(`${bold(`restore of ${name}`)} · ${region}`);
      await requireAccount(session, wanted);
      if (flags.resume === undefined) {
        const order = { to, snapshot: flags.snapshot, as: flags.as, now };
        const plan = await data.planRestore(session, wanted, order);
        session.say(described(plan));
        if (flags['dry-run']) {
          session.say('Nothing was made.');
          print({ dryRun: true, ...plan });
          return exitCode.done;
        }
        const restored = await data.restore(session, wanted, plan);
        return finished(restored);
      }
      return finished(await data.resumeRestore(session, wanted, flags.resume));
    } finally {
      session.close();
    }

    function finished(restored: Awaited<ReturnType<typeof data.restore>>) {
      const steps = manual.manualSteps(wanted, restored);
      session.say(manual.written(steps));
      const isSound = restored.checks?.every(({ outcome }) => outcome !== 'ill') ?? false;
      if (!isSound)
        session.say(`${yellow('!')} ${restored.instance} is there, and was not seen to work: read above why.`);
      print({ ...restored, manual: steps });
      return isSound ? exitCode.done : exitCode.partlyDone;
    }
  },
});

function described({
  source,
  target,
  request,
}: Awaited<ReturnType<typeof import('./operate/data/restore.ts').planRestore>>) {
  const from =
    source.kind === 'snapshot'
      ? `${source.snapshot}${source.madeAt ? `, of ${source.madeAt.toISOString()}` : ''}`
      : `${source.instance} as it was ${source.at ? source.at.toISOString() : 'at the latest moment there is'}`;
  return columns([
    ['  from', from],
    ['  into', `${target}, a new instance; the live one is not touched`],
    ['  size', `${request.DBInstanceClass}, which costs what the live one does until it is deleted`],
    ['  network', `${request.DBSubnetGroupName}, ${request.VpcSecurityGroupIds.join(', ')}`],
  ]);
}

if (import.meta.main) await run(command);
