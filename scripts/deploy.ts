/** `npm run deploy -- <environment>`: deploys its stacks in their order, each by the change set that it shows. */
import type { DeployedStack } from './deploy/deploy.ts';
import type { Deployed } from './deploy/deploy-environment.ts';
import { defineCommand, run, saidInJson } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'deploy',
  summary: 'deploy the stacks of an environment',
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
      description:
        'take over as it is what has a name that a stack is to give and retain: kept by one that was destroyed',
    },
    plan: { type: 'string', value: 'file', description: 'deploy what this plan says, and nothing else' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: [
    'npm run deploy -- production --plan plan.json    of npm run --silent preview -- production --json',
    'npm run deploy -- production --stack network',
  ],
  async run({ flags, positionals: [name = ''], signal, again }) {
    const [
      { target },
      { imagesOf, refusePlaceholders, withImages },
      { endpointOf },
      { openSession },
      { requireAccount },
      { deployEnvironment },
      { planFrom },
      text,
    ] = await Promise.all([
      import('./deploy/stacks.ts'),
      import('./deploy/release.ts'),
      import('./aws/cloudformation.ts'),
      import('./deploy/session.ts'),
      import('./deploy/whereabouts.ts'),
      import('./deploy/deploy-environment.ts'),
      import('./deploy/plan-file.ts'),
      import('./deploy/text.ts'),
    ]);
    const images = imagesOf(flags);
    const wanted = await target(name, flags.stack);
    const { environment, region, stacks, notice } = wanted;
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), {
      allowedChanges: environment.account.allowedChanges,
      name,
      again,
      importsExisting: flags['import-existing'],
    });
    const started = Date.now();
    const done: DeployedStack[] = [];
    let deployed: Deployed | undefined;
    const about = { environment: name, region, endpoint: endpointOf({ region }) };
    const print = (failure?: unknown) => {
      if (!flags.json) return;
      const failed = failure instanceof Error ? { failed: failure.message } : {};
      process.stdout.write(`${JSON.stringify({ ...about, ...failed, ...deployed, stacks: done }, null, 2)}\n`);
    };

    if (notice) session.say(notice);
    session.say(text.heading(name, region, about.endpoint));
    try {
      await requireAccount(session, environment);
      const released = await withImages(session, environment, stacks, images);
      refusePlaceholders(released);
      const plan = flags.plan === undefined ? undefined : await planFrom(flags.plan, wanted, released);
      deployed = await deployEnvironment(session, { name, environment, stacks: released, plan, done });
    } catch (error) {
      print(error);
      throw saidInJson(error);
    } finally {
      session.close();
    }
    session.say(text.deploySummary(done, Date.now() - started));
    if (deployed.record) session.say(`  recorded as ${deployed.record}`);
    print();
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
