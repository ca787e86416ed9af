/** `npm run resume -- <environment>`: takes up what a deploy, or somebody else, left under way or half-done. */
import { defineCommand, run } from './terminal/command.ts';

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
  async run({ flags: { stack, skip, json }, positionals: [name = ''], signal, again }) {
    const [{ mend }, { nextOf, resume }] = await Promise.all([
      import('./deploy/heal/mend.ts'),
      import('./deploy/heal/resume.ts'),
    ]);
    const skipped = skip?.split(',').map((id) => id.trim());
    return mend({ name, stack, json, signal, again }, async (session, wanted) => {
      const stacks = await resume(session, wanted.stacks, skipped?.filter(Boolean));
      return { stacks, next: nextOf(session, stacks) };
    });
  },
});

if (import.meta.main) await run(command);
