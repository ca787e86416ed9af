/** `npm run deploy -- <environment>`: deploys its stacks in their order, each by the change set that it shows. */
import type { DeployedStack } from './deploy/deploy.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'deploy',
  summary: 'deploy the stacks of an environment',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    'lambda-image': { type: 'string', value: 'digest', description: 'run this image; else the one that runs now' },
    'importer-image': { type: 'string', value: 'digest', description: 'import with this image; else the present one' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: ['npm run preview -- staging && npm run deploy -- staging', 'npm run deploy -- production --stack network'],
  async run({ flags, positionals: [name = ''], signal }) {
    const [
      { target },
      { imagesOf, refusePlaceholders, withImages },
      { endpointOf },
      { openSession },
      { deploy },
      text,
    ] = await Promise.all([
      import('./deploy/stacks.ts'),
      import('./deploy/release.ts'),
      import('./aws/cloudformation.ts'),
      import('./deploy/session.ts'),
      import('./deploy/deploy.ts'),
      import('./deploy/text.ts'),
    ]);
    const images = imagesOf(flags);
    const { environment, region, stacks } = await target(name, flags.stack);
    const stream = flags.json ? process.stderr : process.stdout;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`));
    const started = Date.now();
    const done: DeployedStack[] = [];
    const about = { environment: name, region, endpoint: endpointOf({ region }) };
    const print = (failure?: unknown) => {
      if (!flags.json) return;
      const failed = failure instanceof Error ? { failed: failure.message } : {};
      process.stdout.write(`${JSON.stringify({ ...about, ...failed, stacks: done }, null, 2)}\n`);
    };

    session.say(text.heading(name, region, about.endpoint));
    try {
      const released = await withImages(session, environment, stacks, images);
      refusePlaceholders(released);
      await deploy(session, released, done);
    } catch (error) {
      print(error);
      throw error;
    } finally {
      session.aws.destroy();
    }
    session.say(text.deploySummary(done, Date.now() - started));
    print();
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
