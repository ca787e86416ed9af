/** `npm run generate`: writes `templates/` from `environments/` and `generator/`, or checks that it is up to date. */
import { enableCompileCache } from 'node:module';
import type { Difference } from './generate/folder.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, green } from './terminal/style.ts';

/** A committed template is not what the generator writes. */
class StaleTemplatesError extends Error {
  readonly remedy = '`npm run generate` writes them; commit what it changes.';
  constructor(stale: readonly Difference[]) {
    super(`templates/ is not up to date:\n${stale.map(({ where, message }) => `  ${where} ${message}`).join('\n')}`);
    this.name = 'StaleTemplatesError';
  }
}

const command = defineCommand({
  name: 'generate',
  summary: 'write templates/ from environments/ and generator/',
  flags: {
    check: { type: 'boolean', description: 'write nothing; fail when a template is not what would be written' },
    schema: { type: 'boolean', description: 'print the JSON Schema of environments/ instead' },
  },
  examples: ['npm run generate', 'npm run generate -- --check'],
  async run({ flags }) {
    enableCompileCache();
    if (flags.schema) {
      const [{ z }, { definition }] = await Promise.all([import('zod/mini'), import('../environments/definition.ts')]);
      process.stdout.write(`${JSON.stringify(z.toJSONSchema(definition, { io: 'input' }), null, 2)}\n`);
      return exitCode.done;
    }
    const [{ loadGenerator }, { differences, write }] = await Promise.all([
      import('./generate/load.ts'),
      import('./generate/folder.ts'),
    ]);
    const { templates } = await loadGenerator();
    const wanted = templates();
    if (flags.check) {
      const stale = await differences(wanted);
      if (stale.length > 0) throw new StaleTemplatesError(stale);
      process.stdout.write(`${green('✓')} templates/ is up to date: ${wanted.size} files\n`);
    } else {
      const { written, removed } = await write(wanted);
      for (const path of written) process.stdout.write(`  ${bold('written')}  templates/${path}\n`);
      for (const path of removed) process.stdout.write(`  ${bold('removed')}  templates/${path}\n`);
      const unchanged = wanted.size - written.length;
      process.stdout.write(
        `${green('✓')} templates/: ${written.length} written, ${unchanged} unchanged, ${removed.length} removed\n`,
      );
    }
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
