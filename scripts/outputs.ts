/** `npm run outputs -- <environment>`: what its stacks hand on, such as the address of the API. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'outputs',
  summary: 'print what the stacks of an environment hand on',
  positionals: [
    {
      name: 'environment',
      description: 'development, staging or production; account for what is there once',
      required: true,
    },
  ],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only of this stack' },
    output: { type: 'string', short: 'o', value: 'name', description: 'only this one, and nothing but its value' },
    json: { type: 'boolean', description: 'print JSON' },
    github: { type: 'boolean', description: 'set outputs of a step of a workflow: api_Url and so on' },
  },
  examples: [
    'npm run outputs -- staging',
    'npm run --silent outputs -- production --stack api --output Url',
    'npm run outputs -- production --github    in a step of a workflow',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    if (flags.github && !process.env.GITHUB_OUTPUT)
      throw new UsageError('GITHUB_OUTPUT is not set.', 'A step of a workflow has it; elsewhere leave out --github.');
    const [{ target }, { openSession }, { outputNamed, outputsOf }, { columns, dim, printable }] = await Promise.all([
      import('./deploy/stacks.ts'),
      import('./deploy/session.ts'),
      import('./deploy/status/outputs.ts'),
      import('./terminal/style.ts'),
    ]);
    const wanted = await target(name, flags.stack);
    const session = await openSession({ region: wanted.region }, signal, (line) => process.stderr.write(`${line}\n`), {
      name,
    });
    if (wanted.notice) session.say(wanted.notice);
    try {
      const all = await outputsOf(session, wanted);
      const rows = Object.entries(all).flatMap(([stack, own]) =>
        Object.entries(own).map(([output, value]) => ({ stack, output, value })),
      );
      const only = flags.output === undefined ? undefined : outputNamed(flags.output, all);
      if (flags.github) {
        const { setOutputs } = await import('./github/workflow.ts');
        const chosen = rows.filter(({ output }) => flags.output === undefined || output === flags.output);
        await setOutputs(Object.fromEntries(chosen.map(({ stack, output, value }) => [`${stack}_${output}`, value])));
      }
      if (flags.json) process.stdout.write(`${JSON.stringify(only ?? all, null, 2)}\n`);
      else if (only !== undefined) process.stdout.write(`${only}\n`);
      else
        process.stdout.write(
          `${columns(rows.map(({ stack, output, value }) => [dim(stack), output, printable(value)]))}\n`,
        );
      return exitCode.done;
    } finally {
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
