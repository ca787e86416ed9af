/** `npm run targets`: which environments the event of a workflow is about, for the jobs after it. */
import { readFile } from 'node:fs/promises';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'targets',
  summary: 'say which environments an event of GitHub deploys to',
  flags: {},
  examples: ['npm run targets    in a step of a workflow: it reads GITHUB_EVENT_PATH, GITHUB_EVENT_NAME, GITHUB_REF'],
  async run() {
    const [{ checkInputs, eventOf, targetsOf }, { setOutputs }] = await Promise.all([
      import('./github/targets.ts'),
      import('./github/workflow.ts'),
    ]);
    const event = eventOf(await payload());
    const targets = targetsOf(event);
    checkInputs(event);
    process.stdout.write(`${event.name} of ${event.ref}: ${targets.join(', ')}\n`);
    await setOutputs({ environments: JSON.stringify(targets) });
    return exitCode.done;
  },
});

async function payload(file = process.env.GITHUB_EVENT_PATH): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file ?? '', 'utf8'));
  } catch {
    throw new UsageError(
      file ? `${file} is no event of GitHub.` : 'GITHUB_EVENT_PATH is not set.',
      'A step of a workflow has it; elsewhere, name the environment yourself: npm run deploy -- <environment>.',
    );
  }
}

if (import.meta.main) await run(command);
