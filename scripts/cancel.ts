/** `npm run cancel -- <environment>`: takes back the update that is under way. */
import { defineCommand, run } from './terminal/command.ts';

const command = defineCommand({
  name: 'cancel',
  summary: 'cancel the updates that are under way, and watch them being taken back',
  positionals: [{ name: 'environment', description: 'development, staging, production or account', required: true }],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: ['npm run cancel -- staging', 'npm run cancel -- staging --stack api'],
  async run({ flags: { stack, json }, positionals: [name = ''], signal, again }) {
    const [{ mend }, { cancel }] = await Promise.all([
      import('./deploy/heal/mend.ts'),
      import('./deploy/heal/cancel.ts'),
    ]);
    return mend({ name, stack, json, signal, again }, async (session, { stacks, environment }) => {
      const cancelled = await cancel(session, stacks, environment.tier.environments);
      return { stacks: cancelled, next: cancelled.length === 0 ? 'Nothing is under way.' : '' };
    });
  },
});

if (import.meta.main) await run(command);
