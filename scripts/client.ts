/** `npm run client`: types of the API for whoever calls it in TypeScript, from the same routes that answer. */
import { writeFile } from 'node:fs/promises';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green } from './terminal/style.ts';

const command = defineCommand({
  name: 'client',
  summary: 'write TypeScript types of the API, in the form that openapi-fetch takes',
  positionals: [{ name: 'file', description: 'where to; without it, to the standard output' }],
  flags: {},
  examples: [
    'npm run client -- ../frontend/types/coalition-builder.d.ts',
    'npm run --silent client > coalition-builder.d.ts',
  ],
  async run({ positionals: [file] }) {
    const { describe } = await import('../api/openapi/document.ts');
    const { describedRoutes } = await import('../api/rooms.ts');
    const { clientTypes } = await import('./client/types.ts');
    const text = await clientTypes(describe(await describedRoutes()));
    if (file === undefined) process.stdout.write(text);
    else {
      await writeFile(file, text).catch((error: NodeJS.ErrnoException) => {
        throw new UsageError(
          `${file} cannot be written (${error.code}).`,
          'Name a file in a folder that is there: npm run client -- ../frontend/types/coalition-builder.d.ts',
        );
      });
      process.stdout.write(`${green('✓')} ${file}\n`);
    }
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
