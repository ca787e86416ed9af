/** `npm run bundle`: writes into `dist/` what the images are made of. */
import type { Bundle, Script } from './build/bundle.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, columns, dim } from './terminal/style.ts';

const command = defineCommand({
  name: 'bundle',
  summary: 'bundle the programs that AWS runs into dist/',
  positionals: [{ name: 'program', description: 'only these', many: true, choices: ['lambda', 'importer'] }],
  flags: { json: { type: 'boolean', description: 'print JSON' } },
  examples: ['npm run bundle', 'npm run bundle -- lambda --json'],
  async run({ flags, positionals, signal }) {
    const { bundle, programNames } = await import('./build/bundle.ts');
    const wanted = programNames.filter((name) => positionals.length === 0 || positionals.includes(name));
    const bundles: Bundle[] = [];
    for (const program of wanted) {
      signal.throwIfAborted();
      bundles.push(await bundle(program));
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(bundles, null, 2)}\n`);
    else process.stdout.write(`${bundles.map(describe).join('\n')}\n`);
    return exitCode.done;
  },
});

const largestShown = 5;

function describe({ program, scripts, data }: Bundle): string {
  return scripts.map((script) => describeScript(program, script, data.length)).join('\n');
}

function describeScript(program: string, { name, bytes, modules, origins, onUse }: Script, files: number): string {
  const rows = origins.slice(0, largestShown).map(({ name, bytes }) => [`  ${name}`, kilobytes(bytes)]);
  const rest = origins.slice(largestShown).reduce((sum, { bytes }) => sum + bytes, 0);
  if (rest > 0) rows.push([dim('  everything else'), kilobytes(rest)]);
  return [
    `${bold(`dist/${program}/${name}`)}  ${kilobytes(bytes)} at the start, ${modules} modules, ${files} files of data beside it`,
    columns(rows, [1]),
    dim('  and when somebody needs it'),
    columns(
      onUse.map(({ name, bytes }) => [`  ${name}`, kilobytes(bytes)]),
      [1],
    ),
  ].join('\n');
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;

if (import.meta.main) await run(command);
