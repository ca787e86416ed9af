/** `npm run bundle`: writes into `dist/` what the images are made of. */
import type { Bundle, Script } from './build/bundle.ts';
import type { LoadTime } from './build/load-time.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { progress } from './terminal/progress.ts';
import { bold, columns, dim } from './terminal/style.ts';

const command = defineCommand({
  name: 'bundle',
  summary: 'bundle the programs that AWS runs into dist/',
  positionals: [{ name: 'program', description: 'only these', many: true, choices: ['lambda', 'importer'] }],
  flags: {
    analyze: { type: 'boolean', description: 'draw what is inside, and what loading each part takes' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: ['npm run bundle', 'npm run bundle -- lambda --analyze'],
  async run({ flags, positionals, signal }) {
    const { bundle, programNames } = await import('./build/bundle.ts');
    const wanted = programNames.filter((name) => positionals.length === 0 || positionals.includes(name));
    const bundles: Bundle[] = [];
    for (const program of wanted) {
      signal.throwIfAborted();
      bundles.push(await bundle(program));
    }
    if (flags.analyze) {
      const { loadTime } = await import('./build/load-time.ts');
      const times: object[] = [];
      for (const made of bundles)
        for (const script of made.scripts) {
          const bar = progress(`Loading dist/${made.program}/${script.name}`, 1);
          const onPart = (done: number, of: number, name: string) => bar.at(done / of, name);
          const time = await loadTime(made, script, { signal, onPart }).finally(() => bar.end());
          if (flags.json) times.push({ script: script.name, ...asJson(time) });
          else process.stdout.write(`${draw(made.program, script, time)}\n`);
        }
      if (flags.json) process.stdout.write(`${JSON.stringify(times, null, 2)}\n`);
    } else if (flags.json) process.stdout.write(`${JSON.stringify(bundles, null, 2)}\n`);
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

const barWidth = 24;

/** One row a part: its bytes as a bar, and the milliseconds that loading it takes. */
function draw(
  program: string,
  { name, bytes, origins, onUse }: Script,
  { start, shares, onUse: times }: LoadTime,
): string {
  const largest = Math.max(...origins.map((each) => each.bytes), ...onUse.map((each) => each.bytes));
  const bar = (size: number) => '█'.repeat(Math.max(1, Math.round((size / largest) * barWidth)));
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const shown = origins.filter((each) => each.bytes > bytes / 200);
  const rest = bytes - shown.reduce((sum, each) => sum + each.bytes, 0);
  const atStart = [
    ...shown.map((each) => [
      `  ${each.name}`,
      kilobytes(each.bytes),
      ms((shares.get(each.name) ?? 0) * start),
      bar(each.bytes),
    ]),
    [dim('  everything else'), kilobytes(rest), '', dim(bar(rest))],
    [dim("  Node's own modules, reading, parsing"), '', ms((shares.get('node') ?? 0) * start), ''],
  ];
  const later = onUse.map((each) => [
    `  ${each.name}`,
    kilobytes(each.bytes),
    ms(times.get(each.file) ?? 0),
    bar(each.bytes),
  ]);
  return [
    `${bold(`dist/${program}/${name}`)}  ${kilobytes(bytes)} and ${ms(start)} at the start`,
    columns(atStart, [1, 2]),
    ...(later.length > 0 ? [dim('  and when somebody needs it'), columns(later, [1, 2])] : []),
  ].join('\n');
}

function asJson({ start, shares, onUse }: LoadTime): object {
  return { start, shares: Object.fromEntries(shares), onUse: Object.fromEntries(onUse) };
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;

if (import.meta.main) await run(command);
