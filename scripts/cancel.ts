/** `npm run cancel -- <environment>`: takes back the update that is under way. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode, worst } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'cancel',
  summary: 'cancel the updates that are under way, and watch them being taken back',
  positionals: [{ name: 'environment', description: 'development, staging, production or account', required: true }],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: ['npm run cancel -- staging', 'npm run cancel -- staging --stack api'],
  async run({ flags, positionals: [name = ''], signal, again }) {
    const [{ target }, { openSession }, { cancel }, { endpointOf }, { heading, problems }] = await Promise.all([
      import('./deploy/stacks.ts'),
      import('./deploy/session.ts'),
      import('./deploy/heal/cancel.ts'),
      import('./aws/cloudformation.ts'),
      import('./deploy/text.ts'),
    ]);
    const { region, stacks, notice, environment } = await target(name, flags.stack);
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name, again });
    try {
      if (notice) session.say(notice);
      session.say(heading(name, region, endpointOf({ region })));
      const cancelled = await cancel(session, stacks, environment.tier.environments);
      if (cancelled.length === 0) session.say('Nothing is under way.');
      if (flags.json)
        process.stdout.write(`${JSON.stringify({ environment: name, region, stacks: cancelled }, null, 2)}\n`);
      process.stderr.write(problems(cancelled));
      return worst(cancelled) ?? exitCode.done;
    } finally {
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
