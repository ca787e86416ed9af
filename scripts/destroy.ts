/** `npm run destroy -- <environment>`: deletes its stacks, after it has said what stays and somebody has typed its name. */
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { green, yellow } from './terminal/style.ts';

const command = defineCommand({
  name: 'destroy',
  summary: 'delete the stacks of an environment, with credentials of your own: no workflow may',
  positionals: [{ name: 'environment', description: 'development, staging, production or account', required: true }],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    tier: { type: 'boolean', description: 'the stacks of its tier, too, where no other environment needs them' },
    confirm: {
      type: 'string',
      value: 'environment',
      description: 'its name once more; asked for where it is left out',
    },
    retain: { type: 'string', value: 'a,b', description: 'resources to leave where they resist, by logical id' },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: [
    'npm run destroy -- development',
    'npm run destroy -- staging --stack cdn --retain Bucket',
    'npm run destroy -- development --tier --confirm development',
  ],
  async run({ flags, positionals: [name = ''], signal, again }) {
    const [
      { target },
      { notDeployed, requireAccount },
      { openSession },
      { destroy, outlook },
      { refuseProtected },
      { scopeOf },
    ] = await Promise.all([
      import('./deploy/stacks.ts'),
      import('./deploy/whereabouts.ts'),
      import('./deploy/session.ts'),
      import('./deploy/destroy/destroy.ts'),
      import('./deploy/destroy/may-destroy.ts'),
      import('./deploy/destroy/scope.ts'),
    ]);
    const [{ heading, problems }, { codeOf, doomedLines, remainingLines }, { endpointOf }, { choose, confirm }] =
      await Promise.all([
        import('./deploy/text.ts'),
        import('./deploy/destroy/text.ts'),
        import('./aws/cloudformation.ts'),
        import('./terminal/ask.ts'),
      ]);
    const { region, stacks: all, notice, environment } = await target(name, flags.stack);
    const stream = flags.json ? process.stderr : process.stdout;
    const { allowedChanges } = environment.account;
    const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), {
      allowedChanges,
      name,
      again,
    });
    try {
      if (notice) session.say(notice);
      session.say(heading(name, region, endpointOf({ region })));
      await requireAccount(session, environment);
      const isOneStack = flags.stack !== undefined;
      const scope = await scopeOf(session, { name, environment, stacks: all, withTier: flags.tier, isOneStack });
      if (scope.notice) session.say(`  ${scope.notice}`);
      const doomed = await outlook(session, scope.stacks);
      const print = (about: object) => {
        if (flags.json) process.stdout.write(`${JSON.stringify({ environment: name, region, ...about }, null, 2)}\n`);
      };
      if (doomed.length === 0) {
        // Whoever meant another account should see which one this is.
        session.say(`${green('✓')} Nothing to do: ${(await notDeployed(session, name)).message}`);
        print({ stacks: [] });
        return exitCode.done;
      }
      refuseProtected(session, environment, doomed);
      session.say(doomedLines(doomed));
      await confirm({ word: name, given: flags.confirm, signal });
      const retain = flags.retain?.split(',').map((id) => id.trim()) ?? [];
      const destroyed = await destroy(session, doomed, {
        retain,
        async decide({ compiled }, resisting) {
          for (const { logicalId, reason } of resisting) session.say(`  ${yellow('!')} ${logicalId}: ${reason}`);
          const what = `What about ${resisting.map(({ logicalId }) => logicalId).join(', ')} of ${compiled.stackName}?`;
          return (await choose(what, ['retry', 'retain', 'stop'], signal)) ?? 'stop';
        },
      });
      const remaining = destroyed.filter(({ outcome }) => outcome === 'deleted').flatMap((each) => each.remaining);
      if (remaining.length > 0) session.say(`  What stays:\n${remainingLines(remaining)}`);
      if (remaining.some(({ keepsName }) => keepsName))
        session.say(`  It is taken over again by: npm run deploy -- ${name} --import-existing`);
      const untried = destroyed.filter(({ outcome }) => outcome === 'not tried').map(({ stackName }) => stackName);
      if (untried.length > 0) session.say(`  Not tried: ${untried.join(', ')}.`);
      print({ stacks: destroyed });
      process.stderr.write(problems(destroyed));
      return codeOf(destroyed);
    } finally {
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
