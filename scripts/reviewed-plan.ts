/** `npm run reviewed-plan`: finds the run whose plans a merged pull request was reviewed with. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'reviewed-plan',
  summary: 'find the plan that was reviewed, for a commit of main',
  flags: {
    commit: { type: 'string', value: 'sha', description: 'of main; GITHUB_SHA by default' },
  },
  examples: ['GITHUB_TOKEN=… GITHUB_REPOSITORY=owner/name npm run reviewed-plan -- --commit "$(git rev-parse HEAD)"'],
  async run({ flags, signal }) {
    const commit = flags.commit ?? process.env.GITHUB_SHA ?? '';
    if (!/^[0-9a-f]{40}$/.test(commit))
      throw new UsageError(
        `--commit is "${commit}"; it takes 40 hexadecimal digits.`,
        'git rev-parse HEAD prints them.',
      );
    const [{ openGitHub }, { findReviewedPlan }, { setOutputs }] = await Promise.all([
      import('./github/api.ts'),
      import('./github/reviewed-plan.ts'),
      import('./github/workflow.ts'),
    ]);
    const found = await findReviewedPlan(openGitHub(signal), commit);
    if (typeof found === 'string') {
      process.stdout.write(`${found}\n`);
      await setOutputs({ 'run-id': '', 'pull-request': '' });
      return exitCode.done;
    }
    process.stdout.write(
      `pull request ${found.pullRequest}, reviewed at ${found.head.slice(0, 12)}: run ${found.run}\n`,
    );
    await setOutputs({ 'run-id': String(found.run), 'pull-request': String(found.pullRequest) });
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
