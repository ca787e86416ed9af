/** `npm run resume -- <environment>`: takes up what a deploy, or somebody else, left under way or half-done. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode, worst } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'resume',
  summary: 'watch what is under way to its end, and let a rollback that stopped go on',
  positionals: [{ name: 'environment', description: 'development, staging, production or account', required: true }],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    skip: { type: 'string', value: 'a,b', description: 'resources that a rollback leaves as they are, by logical id' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: ['npm run resume -- staging', 'npm run resume -- staging --stack api --skip RestApi'],
  async run({ flags, positionals: [name = ''], signal, again }) {
    const [{ target }, { openSession }, { nextOf, resume }, { endpointOf }, { heading, problems }] = await Promise.all([
      import('./deploy/stacks.ts'),
      import('./deploy/session.ts'),
      import('./deploy/heal/resume.ts'),
      import('./aws/cloudformation.ts'),
      import('./deploy/text.ts'),
    ]);
    const { region, stacks, notice } = await target(name, flags.stack);
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name, again });
    try {
      if (notice) session.say(notice);
      session.say(heading(name, region, endpointOf({ region })));
      const skip = flags.skip
        ?.split(',')
        .map((id) => id.trim())
        .filter(Boolean);
      const resumed = await resume(session, stacks, skip);
      const next = nextOf(session, resumed);
      if (next) session.say(next);
      if (flags.json)
        process.stdout.write(`${JSON.stringify({ environment: name, region, stacks: resumed, next }, null, 2)}\n`);
      process.stderr.write(problems(resumed));
      return worst(resumed) ?? exitCode.done;
    } finally {
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
