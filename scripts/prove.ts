/** `npm run prove`: what the committed templates promise, shown from the templates; or where they break it. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'prove',
  summary: 'show from the committed templates that they keep their promises',
  positionals: [
    {
      name: 'environment',
      description: 'what concerns this one and its tier',
      choices: ['development', 'staging', 'production'],
    },
  ],
  flags: {
    json: { type: 'boolean', description: 'print every claim, and how it is shown, as JSON' },
  },
  examples: ['npm run prove', 'npm run prove -- production', 'npm run prove -- --json'],
  async run({ flags, positionals }) {
    const [{ prove }, { holds }, { read }, { concerning, proofsText }] = await Promise.all([
      import('../generator/proofs/prove.ts'),
      import('../generator/proofs/proof.ts'),
      import('./generate/folder.ts'),
      import('./prove/text.ts'),
    ]);
    const proofs = concerning(await prove(await read()), positionals[0]);
    process.stdout.write(flags.json ? `${JSON.stringify(proofs, null, 2)}\n` : proofsText(proofs));
    return proofs.every(holds) ? exitCode.done : exitCode.failed;
  },
});

if (import.meta.main) await run(command);
