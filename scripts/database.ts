/** `npm run database -- stop|start|status <environment>`: the database of a tier that is only tried out, at rest. */
import type { DatabaseState } from './operate/data/database.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, columns, green, yellow } from './terminal/style.ts';

const command = defineCommand({
  name: 'database',
  summary: "stop, start or look at the database of an environment's tier",
  positionals: [
    { name: 'action', description: 'what to do', required: true, choices: ['stop', 'start', 'status'] },
    { name: 'environment', description: 'development, staging or production', required: true },
  ],
  flags: {
    confirm: {
      type: 'string',
      value: 'tier',
      description: 'to stop: the name of the tier; asked for where it is left out',
    },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: ['npm run database -- status staging', 'npm run database -- stop development --confirm nonproduction'],
  async run({ flags, positionals: [action, name = ''], signal }) {
    const [{ environment }, { openSession }, { requireAccount }, { connectRds }, data, { confirm }] = await Promise.all(
      [
        import('../environments/index.ts'),
        import('./deploy/session.ts'),
        import('./deploy/whereabouts.ts'),
        import('./aws/rds.ts'),
        import('./operate/data/database.ts'),
        import('./terminal/ask.ts'),
      ],
    );
    const wanted = environment(name);
    const { region } = wanted.account;
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name });
    const rds = await connectRds({ region });
    const act = async (): Promise<DatabaseState> => {
      if (action === 'start') return data.startDatabase(rds, session, wanted);
      if (action === 'status') return data.databaseState(rds, wanted, signal);
      data.refuseProduction(wanted);
      const before = await data.databaseState(rds, wanted, signal);
      if (before.status === 'stopped') return before;
      for (const sentence of data.consequences(wanted)) session.say(`${yellow('!')} ${sentence}`);
      await confirm({ word: wanted.tier.name, given: flags.confirm, signal });
      return data.stopDatabase(rds, session, wanted);
    };
    try {
      await requireAccount(session, wanted);
      const state = await act();
      if (flags.json) process.stdout.write(`${JSON.stringify({ environment: name, region, ...state }, null, 2)}\n`);
      else process.stdout.write(described(state));
      return exitCode.done;
    } finally {
      rds.destroy();
      session.close();
    }
  },
});

function described({ instance, status, endpoint, sharedBy, startsAgain, stopHours, class: size }: DatabaseState) {
  const rows = [
    ['  size', size],
    ['  of', sharedBy.join(', ')],
    ...(endpoint === null ? [] : [['  endpoint', endpoint]]),
    ...(startsAgain === null ? [] : [['  starts again', `${startsAgain}, by itself`]]),
    [
      '  nights',
      stopHours
        ? `started ${stopHours.start} Monday to Friday, stopped ${stopHours.stop} (${stopHours.timeZone})`
        : 'it runs through',
    ],
  ];
  return `${status === 'available' ? green('✓') : yellow('!')} ${bold(instance)} is ${status}\n${columns(rows)}\n`;
}

if (import.meta.main) await run(command);
