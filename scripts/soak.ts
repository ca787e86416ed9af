/** `npm run soak`: the Lambda's bundle through a night of faults, in minutes. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { progress } from './terminal/progress.ts';
import { columns, green, red } from './terminal/style.ts';

const command = defineCommand({
  name: 'soak',
  summary: 'invoke the Lambda bundle many times while its database, its network and its process fail by chance',
  flags: {
    invocations: { type: 'string', value: 'number', description: 'how many', default: '100000' },
    seed: { type: 'string', value: 'number', description: 'the same faults again', default: '1' },
    'fault-every': { type: 'string', value: 'number', description: 'a fault before one in so many', default: '50' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: ['npm run soak -- --invocations 2000 --seed 7'],
  async run({ flags }) {
    const [{ soak }, { freshDatabase, cleanUp }] = await Promise.all([
      import('./testing/soak.ts'),
      import('./testing/database.ts'),
    ]);
    const invocations = whole('invocations', flags.invocations);
    const database = await freshDatabase();
    if (!database.url)
      throw new UsageError('This takes a PostgreSQL server with PostGIS.', 'Set TEST_DATABASE_URL, or install one.');
    const step = progress('Invoking', invocations);
    const report = await soak(database, {
      invocations,
      seed: whole('seed', flags.seed),
      faultEvery: whole('fault-every', flags['fault-every']),
      progress: (done) => step.at(done),
    });
    step.end();
    await database.close();
    await cleanUp();
    if (flags.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else {
      const { statuses, faults, unanswered, lost, acknowledged, resident, starts } = report;
      const rows = (counts: Readonly<Record<string, number>>) =>
        Object.entries(counts).map(([name, count]) => [`  ${name}`, count.toLocaleString('en')]);
      process.stdout.write(
        `${invocations.toLocaleString('en')} invocations, ${starts} starts\n${columns([...rows(statuses), ...rows(faults)], [1])}\n` +
          `resident, each tenth: ${resident.map((bytes) => Math.round(bytes / 1e6)).join(' ')} MB\n` +
          `${mark(unanswered)} unanswered: ${unanswered.length}\n${unanswered.slice(0, 10).join('\n')}\n` +
          `${mark(lost)} acknowledged writes lost: ${lost.length} of ${acknowledged}\n`,
      );
    }
    return report.lost.length + report.unanswered.length === 0 ? exitCode.done : exitCode.failed;
  },
});

const mark = (bad: readonly string[]) => (bad.length === 0 ? green('✓') : red('✗'));

function whole(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} is "${text}"; it takes a whole number.`, `For example --${flag} 100.`);
}

if (import.meta.main) await run(command);
