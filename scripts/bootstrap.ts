/** `npm run bootstrap`: the account's first stack, and everything around it that a first deploy needs. */
import { defineCommand, run } from './terminal/command.ts';
import { type ExitCode, exitCode } from './terminal/exit-codes.ts';
import { bold, dim, green, yellow } from './terminal/style.ts';

const command = defineCommand({
  name: 'bootstrap',
  summary: 'make what an account has once, and check what GitHub has to know of it; with your own credentials',
  flags: {
    check: { type: 'boolean', description: 'change nothing, only say what is missing' },
    'write-variables': { type: 'boolean', description: "set GitHub's environments and variables; wants GITHUB_TOKEN" },
    json: { type: 'boolean', description: 'print JSON at the end; what happens meanwhile goes to stderr' },
  },
  examples: ['npm run bootstrap -- --check', 'GITHUB_TOKEN=$(gh auth token) npm run bootstrap -- --write-variables'],
  async run({ flags, signal }) {
    const [{ environments }, { openSession }, { connectIam }, { bootstrap }] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/session.ts'),
      import('./aws/iam.ts'),
      import('./operate/account/bootstrap.ts'),
    ]);
    const { account } = environments.production;
    const stream = flags.json ? process.stderr : process.stdout;
    const say = (line: string) => void stream.write(`${line}\n`);
    const session = await openSession({ region: account.region }, signal, say, {
      allowedChanges: account.allowedChanges,
      name: 'account',
    });
    const iam = await connectIam({ region: account.region });
    try {
      say(`${bold('bootstrap')} · ${account.region}`);
      const options = { check: flags.check, writeVariables: flags['write-variables'] };
      const done = await bootstrap(session, iam, options);
      for (const { message, remedy } of done.open) say(`  ${yellow('!')} ${message}\n      ${remedy}`);
      for (const next of done.next) say(`${dim('next')}  ${next}`);
      if (done.open.length === 0) say(`${green('✓')} The account is ready.`);
      if (flags.json) process.stdout.write(`${JSON.stringify(done, null, 2)}\n`);
      const code: ExitCode =
        done.open.length === 0 ? exitCode.done : flags.check ? exitCode.failed : exitCode.partlyDone;
      return code;
    } finally {
      iam.destroy();
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
