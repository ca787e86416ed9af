/** `npm run bench`: runs benchmarks one after the other. Each prints ratios from interleaved runs of one session. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold } from './terminal/style.ts';

const folder = fileURLToPath(new URL('./bench/', import.meta.url));
const known = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => basename(name, '.ts'))
  .sort();

const command = defineCommand({
  name: 'bench',
  summary: 'measure, as ratios side by side in one run',
  positionals: [{ name: 'benchmark', description: `which: ${known.join(', ')}; all of them by default`, many: true }],
  flags: {
    peers: { type: 'boolean', description: 'also against what others use for the same; installs it, for this only' },
  },
  examples: ['npm run bench', 'npm run bench -- generate', 'npm run bench -- generate --peers'],
  async run({ flags, positionals, signal }) {
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown) throw new UsageError(`There is no benchmark "${unknown}".`, `There are ${known.join(', ')}.`);
    for (const name of positionals.length > 0 ? positionals : known) {
      signal.throwIfAborted();
      process.stdout.write(`${bold(name)}\n`);
      const { status } = spawnSync(process.execPath, [`${folder}${name}.ts`, ...(flags.peers ? ['--peers'] : [])], {
        stdio: 'inherit',
      });
      if (status !== 0) return exitCode.failed;
    }
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
