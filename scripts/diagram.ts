/** `npm run diagram`: draws the platform and its stacks from the committed templates, or says which drawing is stale. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, green } from './terminal/style.ts';

/** A drawing shows what the templates no longer say. */
class StaleDrawingsError extends Error {
  readonly remedy = '`npm run diagram` draws them anew; commit what it changes.';
  constructor(paths: readonly string[]) {
    super(`Not what the templates give: ${paths.join(', ')}.`);
    this.name = 'StaleDrawingsError';
  }
}

const command = defineCommand({
  name: 'diagram',
  summary: 'draw the platform and its stacks from the committed templates',
  flags: { check: { type: 'boolean', description: 'write nothing; fail when a drawing is stale' } },
  examples: ['npm run diagram', 'npm run diagram -- --check'],
  async run({ flags }) {
    const { staleDrawings, writeDrawings } = await import('./diagram/drawings.ts');
    const stale = await staleDrawings();
    if (flags.check && stale.size > 0) throw new StaleDrawingsError([...stale.keys()]);
    if (!flags.check) await writeDrawings(stale);
    for (const path of stale.keys()) process.stdout.write(`  ${bold('drawn')}  ${path}\n`);
    if (stale.size === 0) process.stdout.write(`${green('✓')} the drawings are what the templates give\n`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
