/** `npm run metrics -- <environment>`: its numbers as lines in the terminal, beside the alarms that watch them. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { dim } from './terminal/style.ts';

/** For so long CloudWatch keeps values of five minutes, which alarms are compared with. */
const longestDays = 63;

const command = defineCommand({
  name: 'metrics',
  summary:
    'show the numbers of an environment and their alarms; runs with your own credentials (cloudwatch:GetMetricData)',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    since: { type: 'string', value: 'time', description: '90m, 24h, 7d, or a moment', default: '24h' },
    json: { type: 'boolean', description: 'print JSON, with every value' },
  },
  examples: ['npm run metrics -- production', 'npm run --silent metrics -- production --since 7d --json'],
  async run({ flags, positionals: [name = ''], signal }) {
    const [
      { environment },
      { requireAccountOf },
      { since },
      { ask, rangeOf },
      { rowsOf },
      { measure },
      { heading, table },
    ] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/whereabouts.ts'),
      import('./operate/since.ts'),
      import('./operate/metrics/ask.ts'),
      import('./operate/metrics/rows.ts'),
      import('./operate/metrics/measure.ts'),
      import('./operate/metrics/text.ts'),
    ]);
    const wanted = environment(name);
    const now = Date.now();
    const from = since(flags.since, now);
    if (now - from > longestDays * 86_400_000 || now - from < 60_000)
      throw new UsageError(
        `--since is "${flags.since}"; it takes a minute to ${longestDays} days.`,
        'Leave it out for 24 hours.',
      );
    await requireAccountOf(wanted, signal);
    const { region } = wanted.account;
    const range = rangeOf(from, now);
    const series = await ask(region, rowsOf(wanted), range, signal);
    if (flags.json) {
      const rows = series.map((one) => {
        const { row, periodSeconds } = one;
        const points = one.values.flatMap((value, index) =>
          value === undefined ? [] : [{ at: new Date(one.from + index * periodSeconds * 1000).toISOString(), value }],
        );
        return { ...row, periodSeconds, points, measured: measure(one) ?? null };
      });
      const [first, last] = [range.from, range.to].map((at) => new Date(at).toISOString());
      process.stdout.write(`${JSON.stringify({ environment: name, region, from: first, to: last, rows }, null, 2)}\n`);
      return exitCode.done;
    }
    process.stdout.write(`${heading(name, region, range)}\n${table(series, range)}\n`);
    if (series.every((one) => measure(one) === undefined))
      process.stderr.write(
        `${dim(`Nothing at all was measured in that time: is ${name} deployed, and are these credentials of its account? npm run doctor -- ${name}`, process.stderr)}\n`,
      );
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
