/** `npm run review -- <environment>`: holds a plan against the reviewed one; stops where nobody would be asked. */
import { readFile } from 'node:fs/promises';
import type { Plan } from './plan/plan.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green, yellow } from './terminal/style.ts';

const command = defineCommand({
  name: 'review',
  summary: 'hold a plan against the one that was reviewed',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    plan: { type: 'string', value: 'file', description: 'what would be deployed now', default: 'plan.json' },
    reviewed: { type: 'string', value: 'file', description: 'what the pull request showed; missing: nobody reviewed' },
    approved: { type: 'string', value: 'hash', description: 'the beginning of its hash, where a person has said yes' },
  },
  examples: ['npm run review -- production --plan plan.json --reviewed reviewed/production.json'],
  async run({ flags, positionals: [name = ''], signal }) {
    const [{ environment }, { review, shortHash }, { readPlan }, { addSummary }] = await Promise.all([
      import('../environments/index.ts'),
      import('./github/review.ts'),
      import('./plan/read.ts'),
      import('./github/workflow.ts'),
    ]);
    const wanted = environment(name);
    const fresh = readPlan(await readFile(flags.plan, 'utf8').catch(() => ''), flags.plan);
    const reviewed = flags.reviewed ? await read(flags.reviewed) : undefined;
    const found = review(fresh, reviewed?.environment === name ? reviewed : undefined, flags.approved ?? '');
    const hash = shortHash(fresh);
    const tell = (line: string) => {
      process.stdout.write(`${line}\n`);
    };
    if (found.kind !== 'to be reviewed') {
      tell(`${green('✓')} ${name} ${hash}: ${found.kind}`);
      await addSummary(`The plan of ${name}, \`${hash}\`: ${found.kind}.\n\n`);
      return exitCode.done;
    }
    const why = reviewed ? 'It is not what was reviewed:' : 'Nobody has reviewed it.';
    tell(`${yellow('!')} ${name} ${hash}: ${why}`);
    for (const line of found.differences) tell(`  ${line}`);
    const listed = found.differences.map((line) => `    ${line}\n`).join('');
    await addSummary(`The plan of ${name}, \`${hash}\`. ${why}\n\n${listed}\n`);
    const [{ openGitHub }, { hasReviewers }] = await Promise.all([
      import('./github/api.ts'),
      import('./github/reviewed-plan.ts'),
    ]);
    if (await hasReviewers(openGitHub(signal), wanted.name)) {
      tell(`The reviewers of ${name} are asked before it is deployed.`);
      return exitCode.done;
    }
    const again = `gh workflow run deploy-lambda.yml --ref main -f environment=${name} -f approved-plan=${hash}`;
    process.stderr.write(`The environment ${name} has no reviewers, so nobody would be asked.\n  ${again}\n`);
    await addSummary(`Nobody would be asked, so it was stopped. To deploy it: \`${again}\`\n`);
    return exitCode.stoppedByGuard;

    /** A plan that cannot be read was not reviewed. */
    async function read(file: string): Promise<Plan | undefined> {
      try {
        return readPlan(await readFile(file, 'utf8'), file);
      } catch {
        return undefined;
      }
    }
  },
});

if (import.meta.main) await run(command);
