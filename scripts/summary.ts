/** `npm run summary -- <file>`: what a deploy has done, as Markdown for the summary of a run. */
import { readFile } from 'node:fs/promises';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'summary',
  summary: 'write what a deploy has done as Markdown',
  positionals: [{ name: 'file', description: 'what npm run deploy -- --json has printed', required: true }],
  flags: {},
  examples: ['npm run --silent summary -- deployed.json >> "$GITHUB_STEP_SUMMARY"'],
  async run({ positionals: [file = ''] }) {
    const { deploySummary } = await import('./github/summary.ts');
    const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
    const url = GITHUB_RUN_ID && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
    process.stdout.write(deploySummary(await readFile(file, 'utf8').catch(() => ''), url));
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
