/** `npm run check`: what has to hold of the committed templates and workflows. CI requires it. */
import type { Checker, Finding } from './check/checker.ts';
import { ToolMissingError } from './check/python-tool.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, dim, duration, green, red } from './terminal/style.ts';

const checkers: Readonly<Record<string, () => Promise<Checker>>> = {
  generated: async () => (await import('./check/generated.ts')).generated,
  diagrams: async () => (await import('./check/diagrams.ts')).diagrams,
  expired: async () => (await import('./check/expired.ts')).expired,
  'cfn-lint': async () => (await import('./check/cfn-lint.ts')).cfnLint,
  checkov: async () => (await import('./check/checkov.ts')).checkov,
  actionlint: async () => (await import('./check/workflows.ts')).actionlint,
  shellcheck: async () => (await import('./check/workflows.ts')).shellcheck,
  zizmor: async () => (await import('./check/workflows.ts')).zizmor,
};

const command = defineCommand({
  name: 'check',
  summary: 'check the committed templates and workflows',
  positionals: [{ name: 'checker', description: 'only these', many: true, choices: Object.keys(checkers) }],
  flags: {},
  examples: ['npm run check', 'npm run check -- cfn-lint'],
  async run({ positionals, signal }) {
    const wanted = Object.entries(checkers).filter(([name]) => positionals.length === 0 || positionals.includes(name));
    const running = wanted.map(([, load]) => checked(load, signal));
    // Whoever fails is heard when it is its turn.
    for (const one of running) one.catch(() => {});
    let found = 0;
    for (const one of running) {
      const { text, count } = await one;
      found += count;
      process.stdout.write(text);
    }
    return found > 0 ? exitCode.failed : exitCode.done;
  },
});

async function checked(load: () => Promise<Checker>, signal: AbortSignal): Promise<{ text: string; count: number }> {
  const started = Date.now();
  const checker = await load();
  const findings = await checker.check(signal).catch(notChecked);
  return { text: result(checker, findings, duration(Date.now() - started)), count: findings.length };
}

/** What cannot be checked here may be wrong; the other checkers are worth a run all the same. */
function notChecked(error: unknown): readonly Finding[] {
  if (!(error instanceof ToolMissingError)) throw error;
  return [{ where: 'not checked:', message: `${error.message} ${error.remedy}` }];
}

function result({ name, subject, remedy }: Checker, findings: readonly Finding[], time: string): string {
  if (findings.length === 0) return `${green('✓')} ${bold(name)}: ${subject}  ${dim(time)}\n`;
  const lines = findings.map(({ where, rule, message }) => `  ${where} ${rule ? `${bold(rule)} ` : ''}${message}\n`);
  return `${red('✗')} ${bold(name)}: ${findings.length} in ${subject}  ${dim(time)}\n${lines.join('')}${remedy ? `  ${remedy}\n` : ''}`;
}

if (import.meta.main) await run(command);
