/** `npm run drift-issue -- <file>`: keeps one issue that says what somebody has changed by hand, and closes it again. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green } from './terminal/style.ts';

const command = defineCommand({
  name: 'drift-issue',
  summary: 'keep one issue on GitHub that says what differs from what was deployed; closed where nothing does',
  positionals: [{ name: 'file', description: 'what npm run drift -- --json has printed', required: true }],
  flags: {
    'dry-run': { type: 'boolean', description: 'print what it would say, and ask GitHub nothing' },
  },
  examples: [
    'npm run --silent drift -- --json > drift.json; npm run drift-issue -- drift.json    needs GITHUB_TOKEN',
    'npm run drift-issue -- drift.json --dry-run',
  ],
  async run({ flags, positionals: [file = ''], signal }) {
    const [{ driftIssue }, { openGitHub }, { keepIssue }] = await Promise.all([
      import('./github/drift-report.ts'),
      import('./github/api.ts'),
      import('./github/kept-issue.ts'),
    ]);
    const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
    const url = GITHUB_RUN_ID && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
    const issue = await driftIssue(file, Number(GITHUB_RUN_ID ?? 0), url);
    if (flags['dry-run']) {
      process.stdout.write(`${issue.title} (${issue.state})\n\n${issue.body}`);
      return exitCode.done;
    }
    const { outcome, url: where = '' } = await keepIssue(openGitHub(signal), issue);
    process.stdout.write(`${green('✓')} issue ${outcome} ${where}\n`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
