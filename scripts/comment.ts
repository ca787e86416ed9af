/** `npm run comment -- <folder>`: shows what previews have found, on the pull request or as Markdown. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green } from './terminal/style.ts';

const command = defineCommand({
  name: 'comment',
  summary: 'show on a pull request what previews have found',
  positionals: [{ name: 'folder', description: 'has <environment>.json of npm run preview -- --json', required: true }],
  flags: {
    'pull-request': { type: 'string', value: 'number', description: 'keep one comment there up to date' },
    environment: { type: 'string', value: 'name', description: 'only this one' },
  },
  examples: [
    'npm run --silent preview -- staging --json > plans/staging.json; npm run comment -- plans --environment staging',
    'npm run comment -- plans --pull-request 12    needs GITHUB_TOKEN',
  ],
  async run({ flags, positionals: [folder = ''], signal }) {
    const number = flags['pull-request'];
    if (number !== undefined && !/^[1-9]\d{0,9}$/.test(number))
      throw new UsageError(`--pull-request is "${number}"; it takes a number.`, 'Leave it out to print the Markdown.');
    const [{ environment, environmentNames }, { isPending, readPlans }, { renderMarkdown, summaryBudget }] =
      await Promise.all([
        import('../environments/index.ts'),
        import('./github/plans.ts'),
        import('./plan/markdown.ts'),
      ]);
    const names = flags.environment === undefined ? environmentNames : [environment(flags.environment).name];
    const plans = await readPlans(folder, names);
    const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
    const url = GITHUB_RUN_ID && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
    if (number === undefined) {
      process.stdout.write(renderMarkdown(plans, { run: url, budget: summaryBudget, open: true }));
      return exitCode.done;
    }
    const [{ openGitHub }, { stickyComment }] = await Promise.all([
      import('./github/api.ts'),
      import('./github/sticky-comment.ts'),
    ]);
    const { outcome, url: where = '' } = await stickyComment(openGitHub(signal), Number(number), {
      name: 'preview',
      run: Number(GITHUB_RUN_ID ?? 0),
      body: renderMarkdown(plans, { run: url }),
      worthCreating: isPending(plans),
    });
    process.stdout.write(`${green('✓')} comment ${outcome} ${where}\n`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
