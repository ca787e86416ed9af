/** `npm run cost`: what the committed templates cost a month, line by line, and whether that is what was promised. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'cost',
  summary: 'what the committed templates cost a month',
  positionals: [
    {
      name: 'environment',
      description: 'every line of this one and of its tier',
      choices: ['development', 'staging', 'production'],
    },
  ],
  flags: {
    workload: {
      type: 'string',
      value: 'file',
      description: 'how much it is used, as generator/cost/workloads/expected.json says it',
    },
    json: { type: 'boolean', description: 'print all of it as JSON, each line with the source of its price' },
  },
  examples: ['npm run cost', 'npm run cost -- production', 'npm run cost -- --workload busy.json --json'],
  async run({ flags, positionals }) {
    const [{ bill }, { environmentText, platformText }] = await Promise.all([
      import('./cost/bill.ts'),
      import('./cost/text.ts'),
    ]);
    const all = await bill(flags.workload);
    const [environment] = positionals;
    if (flags.json) process.stdout.write(`${JSON.stringify(environment ? all.of(environment) : all, null, 2)}\n`);
    else process.stdout.write(environment ? environmentText(environment, all.of(environment), all) : platformText(all));
    for (const warning of all.warnings) process.stderr.write(`${warning}\n`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
