/**
 * `npm run bench -- plan`: planning a change set, against parsing the same answer as JSON; and what `--help` costs.
 *
 * What is compared runs in turn, round after round, so that whatever else the machine does slows all of it alike; a ratio
 * is the median of the rounds' ratios. What counts is the ratio: milliseconds belong to the machine.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DescribedChange } from '../plan/described.ts';
import { modified } from '../plan/fixture.ts';
import { renderMarkdown } from '../plan/markdown.ts';
import { planOf } from '../plan/plan.ts';
import { planStack } from '../plan/plan-stack.ts';
import { changeLines } from '../plan/text.ts';
import { columns } from '../terminal/style.ts';

const rounds = 15;
const bars = { plan: 8, help: 4, growth: 1.5 };
const root = fileURLToPath(new URL('../../', import.meta.url));

const sizes = [50, 500, 5000];
const measured = sizes.map((size) => {
  const text = JSON.stringify(describedChanges(size));
  const template = templateOf(size);
  const planned = () => planFor(JSON.parse(text), template);
  const times = interleaved([() => JSON.parse(text), planned, () => rendered(planned())]);
  return { size, bytes: text.length, times };
});

const rows = measured.map(({ size, bytes, times: [parse = [], plan = [], render = []] }) => [
  `${size} changes, ${(bytes / 1e6).toFixed(1)} MB`,
  `${ratio(plan, parse).toFixed(1)}x`,
  `${ratio(render, parse).toFixed(1)}x`,
  `${median(parse).toFixed(1)} ms`,
  `${median(plan).toFixed(1)} ms`,
]);
process.stdout.write(`Node ${process.version}, ${rounds} rounds, medians\n`);
process.stdout.write(`${columns([['', 'planned', 'and rendered', 'JSON.parse', 'planned'], ...rows], [1, 2, 3, 4])}\n`);

const [, medium, large] = measured;
const [perChange, perChangeLarge] = [medium, large].map((one) => median(one?.times[1] ?? []) / (one?.size ?? 1));
const growth = (perChangeLarge ?? Number.NaN) / (perChange ?? Number.NaN);
process.stdout.write(`a change of 5,000 costs ${growth.toFixed(2)}x one of 500\n`);

const help = interleaved([
  () => start('-e', '0'),
  ...['preview', 'deploy', 'rehearse'].map((verb) => () => helpOf(verb)),
]);
const [base = [], ...verbs] = help;
const worstHelp = Math.max(...verbs.map((times) => ratio(times, base)));
process.stdout.write(`--help of preview, deploy, rehearse: at most ${worstHelp.toFixed(1)}x node -e 0\n`);

const largest = ratio(large?.times[1] ?? [], large?.times[0] ?? []);
const missed = [
  largest > bars.plan ? `planning 5,000 changes costs ${largest.toFixed(1)}x JSON.parse, more than ${bars.plan}x` : '',
  growth > bars.growth ? `planning grows faster than its changes: ${growth.toFixed(2)}x` : '',
  worstHelp > bars.help ? `--help costs ${worstHelp.toFixed(1)}x node -e 0, more than ${bars.help}x` : '',
].filter(Boolean);
if (missed.length > 0) process.stderr.write(`✗ ${missed.join('; ')}\n`);
process.exitCode = missed.length > 0 ? 1 : 0;

/** As a release of a large stack would be described: functions with variables, roles with policies, tables. */
function describedChanges(size: number): readonly DescribedChange[] {
  return Array.from({ length: size }, (_, index) => {
    const properties = (version: number) => ({
      FunctionName: `function-${index}`,
      MemorySize: 512 * version,
      Timeout: 30,
      Architectures: ['arm64'],
      Environment: {
        Variables: Object.fromEntries(
          Array.from({ length: 12 }, (_, n) => [`VARIABLE_${n}`, `value ${n * (n % 3 ? 1 : version)}`]),
        ),
      },
      VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2', `subnet-${version}`], SecurityGroupIds: ['sg-1'] },
      Tags: [{ Key: 'Project', Value: 'demo' }],
    });
    const change = { id: `Function${index}`, type: 'AWS::Lambda::Function' };
    return { ResourceChange: modified({ ...change, before: properties(1), after: properties(2) }) };
  });
}

function templateOf(size: number): string {
  const resources = Array.from(
    { length: size },
    (_, index) => `  Function${index}:\n    Type: AWS::Lambda::Function\n    Properties:\n      Timeout: 30`,
  );
  return `Resources:\n${resources.join('\n')}\n`;
}

function planFor(changes: readonly DescribedChange[], body: string) {
  const stack = { stack: 'api', stackName: 'demo-api', path: 'api.yaml', body, committed: body };
  const rules = { protection: true, allowedChanges: [], today: '2030-01-31' };
  const plan = planStack(stack, { outcome: 'update', changes }, [], rules);
  return planOf({ environment: 'demo', region: 'us-east-1', source: 'change sets', images: {}, stacks: [plan] });
}

function rendered(plan: ReturnType<typeof planFor>): number {
  const [stack] = plan.stacks;
  return renderMarkdown(new Map([['demo', plan]])).length + (stack ? changeLines(stack).length : 0);
}

function helpOf(verb: string): void {
  start('--import', './scripts/terminal/compile-cache.mjs', `scripts/${verb}.ts`, '--help');
}

function start(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
}

/** @returns milliseconds of each, round by round; the first round warms up and is not counted */
function interleaved(variants: readonly (() => unknown)[]): readonly number[][] {
  const times = variants.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    variants.forEach((variant, index) => {
      const started = performance.now();
      variant();
      if (round > 0) times[index]?.push(performance.now() - started);
    });
  }
  return times;
}

function ratio(own: readonly number[], base: readonly number[]): number {
  return median(own.map((milliseconds, round) => milliseconds / (base[round] ?? Number.NaN)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
