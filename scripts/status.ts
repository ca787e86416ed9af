/** `npm run status -- [environment]`: how every stack is, what is live, and what needs somebody. */
import type { EnvironmentStatus } from './deploy/status/status.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'status',
  summary: 'say how an environment is: its stacks, what is live, alarms, what is running',
  positionals: [
    {
      name: 'environment',
      description: 'development, staging, production, account for what is there once; all of it where none is named',
      many: true,
    },
  ],
  flags: {
    json: { type: 'boolean', description: 'print JSON' },
    'exit-code': {
      type: 'boolean',
      description: `end with ${exitCode.needsHuman} where a stack is stuck or an alarm has gone off, ${exitCode.busy} where something is running, ${exitCode.changesPending} where a deploy would change something`,
    },
  },
  examples: ['npm run status', 'npm run status -- production', 'npm run --silent status -- staging --json --exit-code'],
  async run({ flags, positionals, signal }) {
    const [
      { environmentNames },
      { target },
      { endpointOf },
      { openSession },
      { codeOf, statusOf },
      { statusLines },
      { heading },
    ] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/stacks.ts'),
      import('./aws/cloudformation.ts'),
      import('./deploy/session.ts'),
      import('./deploy/status/status.ts'),
      import('./deploy/status/text.ts'),
      import('./deploy/text.ts'),
    ]);
    const names = positionals.length > 0 ? [...new Set(positionals)] : ['account', ...environmentNames];
    const targets = await Promise.all(names.map((name) => target(name, undefined)));
    const all: EnvironmentStatus[] = [];
    // Two environments share the stacks of their tier, which are said once.
    const said = new Set<string>();
    for (const wanted of targets) {
      const { name, region } = wanted;
      const session = await openSession({ region }, signal, (line) => process.stderr.write(`${line}\n`), { name });
      try {
        if (!flags.json) process.stdout.write(`${heading(name, region, endpointOf({ region }))}\n`);
        const status = await statusOf(session, wanted);
        all.push(status);
        if (!flags.json) process.stdout.write(`${statusLines(status, said)}\n`);
        for (const { stackName } of status.stacks) said.add(stackName);
      } finally {
        session.close();
      }
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    if (all.some(({ unknown }) => unknown.length > 0)) return exitCode.partlyDone;
    return flags['exit-code'] ? codeOf(all) : exitCode.done;
  },
});

if (import.meta.main) await run(command);
