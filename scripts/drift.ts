/** `npm run drift -- <environment>`: what somebody has changed behind CloudFormation's back. */
import type { Target } from './deploy/stacks.ts';
import type { Plan, StackPlan } from './plan/plan.ts';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { type ExitCode, exitCode } from './terminal/exit-codes.ts';
import { green } from './terminal/style.ts';

const command = defineCommand({
  name: 'drift',
  summary: 'show what differs from what was deployed',
  positionals: [
    {
      name: 'environment',
      description: 'development, staging, production, account for what is there once; all of it where none is named',
      many: true,
    },
  ],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    json: { type: 'boolean', description: 'print the plans as JSON' },
    markdown: { type: 'boolean', description: 'print the body of an issue' },
    patch: {
      type: 'boolean',
      description:
        'print a patch of environments/ with which what was changed by hand stays; what none of it says goes to stderr',
    },
    revert: { type: 'boolean', description: 'make the one stack that --stack names what was deployed again' },
    'exit-code': { type: 'boolean', description: `end with ${exitCode.changesPending} when there is drift` },
  },
  examples: [
    'npm run drift -- production',
    'npm run drift -- staging --stack monitoring --revert',
    'npm run --silent drift -- production --patch | git apply',
    'npm run --silent drift -- --markdown --exit-code > drift.md',
  ],
  async run({ flags, positionals, signal }) {
    if ([flags.json, flags.markdown, flags.patch].filter(Boolean).length > 1)
      throw new UsageError('--json, --markdown and --patch are forms of the same.', 'Choose one.');
    if (flags.stack !== undefined && positionals.length === 0)
      throw new UsageError(
        '--stack does not say of which environment.',
        'Name that, too: npm run drift -- staging --stack api',
      );
    const [{ environmentNames }, { target }, { driftedIn, driftSummary, renderDrift }] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/stacks.ts'),
      import('./plan/drift.ts'),
    ]);
    const names = positionals.length > 0 ? [...new Set(positionals)] : ['account', ...environmentNames];
    const targets: Target[] = [];
    for (const name of names) targets.push(await target(name, flags.stack));
    if (flags.revert) return revert(targets, flags, signal);
    const isText = !flags.json && !flags.markdown && !flags.patch;
    const say = (line: string) => void (isText && process.stdout.write(`${line}\n`));
    // Two environments share the stacks of their tier, which are looked at once.
    const known = new Map<string, StackPlan>();
    const plans = new Map<string, Plan>();
    for (const wanted of targets) plans.set(wanted.name, await look(wanted, known, signal, say));
    const drifted = driftedIn(plans.values());
    if (flags.patch) {
      const { printPatch } = await import('./deploy/drift/print-patch.ts');
      await printPatch(targets, plans);
    } else if (flags.json) {
      process.stdout.write(`${JSON.stringify({ drifted, plans: Object.fromEntries(plans) }, null, 2)}\n`);
    } else if (flags.markdown) {
      const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env;
      const url = GITHUB_RUN_ID && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
      process.stdout.write(renderDrift(plans, { run: url }));
    } else {
      say(driftSummary([...plans.values()]));
    }
    return codeOf([...plans.values()], drifted, flags['exit-code']);
  },
});

/** Of one stack, so that nobody takes back what somebody needs in another. */
async function revert(
  [wanted, ...others]: readonly Target[],
  flags: { readonly stack: string | undefined; readonly json: boolean },
  signal: AbortSignal,
): Promise<ExitCode> {
  const [compiled, ...more] = wanted?.stacks ?? [];
  if (!wanted || !compiled || flags.stack === undefined || others.length + more.length > 0) {
    throw new UsageError(
      '--revert takes back what was changed by hand in one stack.',
      'Name its environment and the stack: npm run drift -- staging --stack monitoring --revert',
    );
  }
  const [{ openSession }, { requireAccount }, { revertDrift }] = await Promise.all([
    import('./deploy/session.ts'),
    import('./deploy/whereabouts.ts'),
    import('./deploy/drift/revert.ts'),
  ]);
  const { region, environment } = wanted;
  const stream = flags.json ? process.stderr : process.stdout;
  const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), {
    allowedChanges: environment.account.allowedChanges,
    name: wanted.name,
  });
  try {
    await requireAccount(session, environment);
    const plan = await revertDrift(session, compiled, environment.account.ignoredDrift);
    const done = plan.outcome === 'update';
    session.say(`${green('✓')} ${done ? `${compiled.stackName} is as it was deployed again` : 'nothing to take back'}`);
    if (flags.json) process.stdout.write(`${JSON.stringify({ reverted: done, plan }, null, 2)}\n`);
    return exitCode.done;
  } finally {
    session.close();
  }
}

async function look(
  { name, region, environment, stacks, notice }: Target,
  known: Map<string, StackPlan>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Plan> {
  const [{ endpointOf }, { openSession }, { requireAccount }, { drift }, { planOf }, { driftLines }, { heading }] =
    await Promise.all([
      import('./aws/cloudformation.ts'),
      import('./deploy/session.ts'),
      import('./deploy/whereabouts.ts'),
      import('./deploy/drift/drift.ts'),
      import('./plan/plan.ts'),
      import('./plan/drift.ts'),
      import('./deploy/text.ts'),
    ]);
  const toStderr = (line: string) => void process.stderr.write(`${line}\n`);
  const session = await openSession({ region }, signal, toStderr, { purpose: 'preview', name });
  if (notice) toStderr(notice);
  say(heading(name, region, endpointOf({ region })));
  try {
    await requireAccount(session, environment);
    const fresh = stacks.filter(({ stackName }) => !known.has(stackName));
    for await (const plan of drift(session, fresh, environment.account.ignoredDrift)) {
      say(driftLines(plan));
      known.set(plan.stackName, plan);
    }
    const all = stacks.flatMap(({ stackName }) => known.get(stackName) ?? []);
    const seen = all.length - fresh.length;
    if (seen > 0) say(`  ${seen} shared with what is above`);
    return planOf({ environment: name, region, source: 'drift', images: {}, stacks: all });
  } finally {
    session.close();
  }
}

function codeOf(plans: readonly Plan[], drifted: number, wantsExitCode: boolean): ExitCode {
  const blind = plans.flatMap(({ stacks }) => stacks.flatMap((stack) => stack.exitCode ?? []));
  // As in a preview, the worst has the highest number.
  if (blind.length > 0) return Math.max(...blind) as ExitCode;
  return wantsExitCode && drifted > 0 ? exitCode.changesPending : exitCode.done;
}

if (import.meta.main) await run(command);
