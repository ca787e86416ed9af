/** `npm run preview -- <environment>`: what a deploy would change. Nothing is changed, and nothing is left behind. */
import type { Plan } from './plan/plan.ts';
import { defineCommand, run } from './terminal/command.ts';
import { type ExitCode, exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'preview',
  summary: 'show what a deploy would change',
  positionals: [
    {
      name: 'environment',
      description: 'development, staging or production; account for what is there once',
      required: true,
    },
  ],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    'lambda-image': { type: 'string', value: 'digest', description: 'run this image; else the one that runs now' },
    'importer-image': { type: 'string', value: 'digest', description: 'import with this image; else the present one' },
    'import-existing': {
      type: 'boolean',
      description: 'as a deploy with it would: a name that is taken is taken over',
    },
    offline: { type: 'boolean', description: 'compare templates with those of --base, without asking AWS' },
    base: { type: 'string', value: 'commit', description: 'what --offline compares with', default: 'origin/main' },
    format: {
      type: 'string',
      description: 'how to print the plan',
      choices: ['text', 'json', 'markdown', 'summary'],
      default: 'text',
    },
    json: { type: 'boolean', description: 'the same as --format json' },
    'exit-code': {
      type: 'boolean',
      description: `end with ${exitCode.changesPending} when there is something to change`,
    },
  },
  examples: [
    'npm run preview -- development',
    'npm run --silent preview -- production --json > plan.json && npm run deploy -- production --plan plan.json',
    'npm run preview -- staging --offline',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    const format = flags.json ? 'json' : flags.format;
    const say = (line: string) => void (format === 'text' && process.stdout.write(`${line}\n`));
    const plan = flags.offline ? await offline(name, flags, say) : await online(name, flags, signal, say);
    await print(plan, format);
    return codeOf(plan, flags['exit-code']);
  },
});

interface Flags {
  readonly stack: string | undefined;
  readonly base: string;
  readonly 'lambda-image': string | undefined;
  readonly 'importer-image': string | undefined;
  readonly 'import-existing': boolean;
}

async function online(name: string, flags: Flags, signal: AbortSignal, say: (line: string) => void): Promise<Plan> {
  const [
    { target },
    { imagesOf, imagesOn, withImages },
    { endpointOf },
    { openSession },
    { requireAccount },
    { preview },
    { Outputs },
    text,
  ] = await Promise.all([
    import('./deploy/stacks.ts'),
    import('./deploy/release.ts'),
    import('./aws/cloudformation.ts'),
    import('./deploy/session.ts'),
    import('./deploy/whereabouts.ts'),
    import('./deploy/preview.ts'),
    import('./deploy/parameters.ts'),
    import('./deploy/text.ts'),
  ]);
  const [{ planOf }, { commit }] = await Promise.all([import('./plan/plan.ts'), import('./deploy/commit.ts')]);
  const images = imagesOf(flags);
  const { environment, region, stacks, notice } = await target(name, flags.stack);
  const toStderr = (line: string) => process.stderr.write(`${line}\n`);
  const { allowedChanges } = environment.account;
  const importsExisting = flags['import-existing'];
  const session = await openSession({ region }, signal, toStderr, {
    allowedChanges,
    purpose: 'preview',
    name,
    importsExisting,
  });
  if (notice) toStderr(notice);
  say(text.heading(name, region, endpointOf({ region })));
  const plans = [];
  const outputs = new Outputs(session);
  try {
    await requireAccount(session, environment);
    const released = await withImages(session, environment, stacks, images);
    for await (const plan of preview(session, released, outputs)) {
      say(text.previewLines(plan));
      plans.push(plan);
    }
    const { account } = outputs;
    const from = commit();
    return planOf({
      environment: name,
      region,
      ...(account !== undefined && { account }),
      ...(from !== undefined && { commit: from }),
      source: 'change sets',
      images: imagesOn(released),
      stacks: plans,
    });
  } finally {
    session.close();
  }
}

async function offline(name: string, flags: Flags, say: (line: string) => void): Promise<Plan> {
  const [{ target }, { previewOffline }, { commit, templatesOf }, { planOf }, text] = await Promise.all([
    import('./deploy/stacks.ts'),
    import('./deploy/preview.ts'),
    import('./deploy/commit.ts'),
    import('./plan/plan.ts'),
    import('./deploy/text.ts'),
  ]);
  const { environment, region, stacks } = await target(name, flags.stack);
  const rules = { allowedChanges: environment.account.allowedChanges, today: new Date().toISOString().slice(0, 10) };
  const plans = await previewOffline(region, stacks, templatesOf(flags.base), rules);
  const from = commit();
  say(`${name} · ${region} · templates only`);
  for (const plan of plans) say(text.previewLines(plan));
  return planOf({
    environment: name,
    region,
    ...(from !== undefined && { commit: from }),
    source: 'templates',
    base: flags.base,
    images: {},
    stacks: plans,
  });
}

async function print(plan: Plan, format: string): Promise<void> {
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  } else if (format === 'text') {
    const { previewSummary } = await import('./deploy/text.ts');
    process.stdout.write(`${previewSummary(plan)}\n`);
  } else {
    const { renderMarkdown, summaryBudget } = await import('./plan/markdown.ts');
    const options = format === 'summary' ? { budget: summaryBudget, open: true } : {};
    process.stdout.write(renderMarkdown(new Map([[plan.environment, plan]]), options));
  }
}

function codeOf({ stacks }: Plan, wantsExitCode: boolean): ExitCode {
  const blocked = stacks.flatMap((stack) => stack.exitCode ?? []);
  // The worst has the highest number, as far as these go: partly done, busy, needs a human.
  if (blocked.length > 0) return Math.max(...blocked) as ExitCode;
  const pending = stacks.some(({ outcome }) => outcome === 'create' || outcome === 'update');
  return wantsExitCode && pending ? exitCode.changesPending : exitCode.done;
}

if (import.meta.main) await run(command);
