/** `npm run comment -- <folder>`: shows what previews have found, on the pull request or as Markdown. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
    'npm run preview -- staging --json > previews/staging.json; npm run comment -- previews --environment staging',
    'npm run comment -- previews --pull-request 12    needs GITHUB_TOKEN',
  ],
  async run({ flags, positionals: [folder = ''], signal }) {
    const [{ environment, environmentNames }, { renderPreviews }] = await Promise.all([
      import('../environments/index.ts'),
      import('./github/preview-comment.ts'),
    ]);
    const names = flags.environment === undefined ? environmentNames : [environment(flags.environment).name];
    const texts = names.map(async (name) => {
      // Where a preview failed there is no file, and the comment says so.
      const text = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => undefined);
      return [name, text] as const;
    });
    const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
    const url = GITHUB_RUN_ID && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
    const { markdown, pending } = renderPreviews(new Map(await Promise.all(texts)), url);
    const number = flags['pull-request'];
    if (number === undefined) {
      process.stdout.write(markdown);
      return exitCode.done;
    }
    if (!/^[1-9]\d{0,9}$/.test(number))
      throw new UsageError(`--pull-request is "${number}"; it takes a number.`, 'Leave it out to print the Markdown.');
    const [{ openGitHub }, { stickyComment }] = await Promise.all([
      import('./github/api.ts'),
      import('./github/sticky-comment.ts'),
    ]);
    const comment = { name: 'preview', run: Number(GITHUB_RUN_ID ?? 0), body: markdown, worthCreating: pending };
    const { outcome, url: where = '' } = await stickyComment(openGitHub(signal), Number(number), comment);
    process.stdout.write(`${green('✓')} comment ${outcome} ${where}\n`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
