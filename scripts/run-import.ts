/** `npm run run-import -- <environment>`: imports boundaries on Fargate, and ends as the import ends. */
import { randomUUID } from 'node:crypto';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, duration, green, red } from './terminal/style.ts';

const command = defineCommand({
  name: 'run-import',
  summary: 'import Census boundaries on Fargate',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    dataset: { type: 'string', value: 'list', description: 'state, county, cd, sldu, sldl, by commas' },
    states: { type: 'string', value: 'list', description: 'such as CO,MN, or all' },
    year: { type: 'string', value: 'year', description: 'the vintage; the newest by default' },
    resolution: { type: 'string', value: 'name', description: 'full, or 500k, 5m, 20m of a cartographic file' },
    source: { type: 'string', value: 'name', description: 'census or s3' },
    'dry-run': { type: 'boolean', description: 'do everything, then take it all back' },
    force: { type: 'boolean', description: 'import what has not changed, switch although much is missing' },
    wait: { type: 'boolean', description: 'wait until another import has ended' },
    timeout: { type: 'string', value: 'minutes', description: 'stop it after that long', default: '120' },
    stop: { type: 'string', value: 'task', description: 'stop this task instead, and wait until it has rolled back' },
    token: { type: 'string', value: 'text', description: 'the same one never starts a second task' },
  },
  examples: [
    'npm run run-import -- staging --dataset cd,sldu,sldl --states CO,MN --year 2024 --dry-run',
    'npm run run-import -- production --dataset county --year 2024',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    const { timeout, token = randomUUID(), stop, ...wanted } = flags;
    const timeoutMinutes = Number(timeout);
    if (!(timeoutMinutes > 0 && timeoutMinutes <= 24 * 60))
      throw new UsageError(`--timeout is "${timeout}"; it takes minutes, up to 1440.`, 'Leave it out for two hours.');
    if (!/^[!-~]{1,64}$/.test(token))
      throw new UsageError('--token takes 1 to 64 printable characters.', 'Leave it out for one of its own.');

    if (stop === '') {
      process.stdout.write('No task was started, so there is none to stop.\n');
      return exitCode.done;
    }

    const [{ environment }, { requireAccountOf }, { importerArguments }, { findPlace }, { runTask, stopTask }] =
      await Promise.all([
        import('../environments/index.ts'),
        import('./deploy/whereabouts.ts'),
        import('./run-import/arguments.ts'),
        import('./run-import/place.ts'),
        import('./run-import/task.ts'),
      ]);
    const target = environment(name);
    const words = importerArguments(wanted);
    const [{ connect, isLocal }, { connectEcs }, { connectLogs, readLog }, { addSummary, setOutputs }] =
      await Promise.all([
        import('./aws/cloudformation.ts'),
        import('./aws/ecs.ts'),
        import('./aws/logs.ts'),
        import('./github/workflow.ts'),
      ]);
    const { region } = target.account;
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    await requireAccountOf(target, signal);
    const aws = await connect({ region });
    const place = await findPlace(aws, target, signal).finally(() => aws.destroy());

    const started = Date.now();
    const ecs = await connectEcs({ region });
    const logs = await connectLogs({ region });
    const disconnect = () => {
      ecs.destroy();
      logs.destroy();
    };
    const watch = {
      ecs,
      say,
      // An emulator is done in milliseconds.
      pause: isLocal({ region }) ? 50 : 5000,
      readLog: (stream: string, next: string | undefined, until: AbortSignal) =>
        readLog(logs, { group: place.logGroup, stream }, next, until),
    };
    if (stop !== undefined) {
      await stopTask(watch, place, stop).finally(disconnect);
      return exitCode.done;
    }
    say(`${bold(`import into ${name}`)} · ${region} · ${words.join(' ') || 'with its defaults'}`);
    const startedBy = process.env.GITHUB_RUN_ID ? `github-run-${process.env.GITHUB_RUN_ID}` : 'run-import';
    const task = { ...watch, signal, timeoutMinutes, started: (arn: string) => setOutputs({ 'task-arn': arn }) };
    const ended = await runTask(task, place, { arguments: words, token, startedBy }).finally(disconnect);
    await setOutputs({ status: String(ended.status) });
    const took = duration(Date.now() - started);
    const outcome = ended.exitCode === exitCode.done ? 'done' : `ended with ${ended.status}`;
    const asked = words.join(' ') || 'with its defaults';
    await addSummary(`### Import into ${name}: ${outcome}\n\n\`${asked}\` · ${took} · the log has each file.\n`);
    say(
      ended.exitCode === exitCode.done
        ? `${green('✓')} imported in ${took}`
        : `${red('✗')} ended with ${ended.status} after ${took}`,
    );
    return ended.exitCode;
  },
});

if (import.meta.main) await run(command);
