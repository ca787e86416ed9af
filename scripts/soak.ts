/** `npm run soak`: the Lambda's bundle through a night of faults, in minutes. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { progress } from './terminal/progress.ts';
import { columns, green, red } from './terminal/style.ts';
import type { Growth, Memory } from './testing/memory.ts';
import type { SoakReport } from './testing/soak.ts';

const command = defineCommand({
  name: 'soak',
  summary: 'invoke the Lambda bundle many times while its database, its network and its process fail by chance',
  flags: {
    invocations: { type: 'string', value: 'number', description: 'how many', default: '100000' },
    seed: { type: 'string', value: 'number', description: 'the same faults again', default: '1' },
    'fault-every': { type: 'string', value: 'number', description: 'a fault before one in so many', default: '50' },
    'one-process': { type: 'boolean', description: 'kill none, and fail if the one holds more and more' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: ['npm run soak -- --invocations 2000 --seed 7', 'npm run soak -- --one-process --invocations 20000'],
  async run({ flags }) {
    const [{ soak }, { freshDatabase, cleanUp }, { growth, mostGrowth }] = await Promise.all([
      import('./testing/soak.ts'),
      import('./testing/database.ts'),
      import('./testing/memory.ts'),
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
      oneProcess: flags['one-process'] ?? false,
      progress: (done) => step.at(done),
    }).finally(async () => {
      step.end();
      await database.close();
      await cleanUp();
    });
    // Of a process that died in between, nothing can be said.
    const grows = flags['one-process'] && report.starts === 1 ? growth(report.memory, invocations) : undefined;
    const isFlat = !flags['one-process'] || (grows !== undefined && isBelow(grows, mostGrowth));
    if (flags.json) process.stdout.write(`${JSON.stringify({ ...report, growth: grows }, null, 2)}\n`);
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
      if (flags['one-process']) process.stdout.write(sayMemory(report, grows, isFlat));
    }
    return isFlat && report.lost.length + report.unanswered.length === 0 ? exitCode.done : exitCode.failed;
  },
});

const isBelow = (grows: Growth, most: Growth) =>
  grows.heap <= most.heap && grows.external <= most.external && grows.resident <= most.resident;

function sayMemory({ memory, starts }: SoakReport, grows: Growth | undefined, isFlat: boolean): string {
  const megabytes = (name: keyof Memory) => memory.map((each) => (each[name] / 1e6).toFixed(1)).join(' ');
  const said = grows
    ? `${(['heap', 'external', 'resident'] as const).map((name) => `${name} ${grows[name].toFixed(1)}`).join(', ')} bytes`
    : `not measured: it was started ${starts} times`;
  return (
    `heap after a collection, each twentieth: ${megabytes('heap')} MB\nresident: ${megabytes('resident')} MB\n` +
    `${isFlat ? green('✓') : red('✗')} left behind by each invocation of the second half: ${said}\n`
  );
}

const mark = (bad: readonly string[]) => (bad.length === 0 ? green('✓') : red('✗'));

function whole(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} is "${text}"; it takes a whole number.`, `For example --${flag} 100.`);
}

if (import.meta.main) await run(command);
