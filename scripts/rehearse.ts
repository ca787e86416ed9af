/** `npm run rehearse`: deploys every environment to a simulator, changes that are harmless, dangerous or fail, and the nights after. No AWS, no account. */
import type { RehearsedStep } from './deploy/rehearsed-step.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, columns, dim, duration, green } from './terminal/style.ts';

const command = defineCommand({
  name: 'rehearse',
  summary: 'deploy all environments to a simulator of CloudFormation',
  flags: {
    json: { type: 'boolean', description: 'print JSON' },
    client: {
      type: 'string',
      description: 'who asks: the SDK, as every deploy, or the aws command, which takes minutes',
      choices: ['sdk', 'aws'],
      default: 'sdk',
    },
    verbose: { type: 'boolean', short: 'v', description: 'print what each deploy says' },
  },
  examples: ['npm run rehearse', 'npm run rehearse -- --client aws', 'npm run rehearse -- --verbose'],
  async run({ flags, signal }) {
    const [{ rehearse, rehearsed }, { startSimulator }] = await Promise.all([
      import('./deploy/rehearsal.ts'),
      import('./simulators/cloudformation/simulator.ts'),
    ]);
    const clients = flags.client === 'aws' ? (await import('./aws/by-command.ts')).clientsByCommand : undefined;
    const started = Date.now();
    const steps: RehearsedStep[] = [];
    const stream = flags.json ? process.stderr : process.stdout;
    await using simulator = await startSimulator({
      ...rehearsed,
      // Small pages find out who reads one only; the command reads all of them by itself, and takes its time over each.
      ...(clients && { pageSize: 100 }),
    });
    stream.write(
      `${bold('rehearsal')} on a simulator of CloudFormation at ${simulator.url}; nothing of it reaches AWS\n`,
    );
    const say = (line: string) => void (flags.verbose && stream.write(`${line}\n`));
    for await (const step of rehearse(simulator, signal, say, clients && { clients })) {
      steps.push(step);
      if (!flags.json) process.stdout.write(`  ${green('✓')} ${step.name}\n`);
    }
    const milliseconds = Date.now() - started;
    if (flags.json) process.stdout.write(`${JSON.stringify({ steps, milliseconds }, null, 2)}\n`);
    else process.stdout.write(`\n${table(steps, milliseconds)}\n`);
    return exitCode.done;
  },
});

function table(steps: readonly RehearsedStep[], milliseconds: number): string {
  const rows = steps.map(({ name, result, milliseconds }) => [`  ${name}`, result, duration(milliseconds)]);
  return columns(
    [['  step', 'result', 'time'].map((head) => dim(head)), ...rows, ['', '', bold(duration(milliseconds))]],
    [2],
  );
}

if (import.meta.main) await run(command);
