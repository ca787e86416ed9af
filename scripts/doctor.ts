/** `npm run doctor -- <environment>`: whether everything is as it should be, and what to do where it is not. */
import { defineCommand, run } from './terminal/command.ts';
import { bold, dim } from './terminal/style.ts';

const command = defineCommand({
  name: 'doctor',
  summary:
    'ask everything that an environment stands on whether it is as it should be; changes nothing. Exit 0: it is; 1: something is not; 7: a person has to look',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: { json: { type: 'boolean', description: 'print JSON' } },
  examples: ['npm run doctor -- staging', 'npm run --silent doctor -- production --json'],
  async run({ flags, positionals: [name = ''], signal }) {
    const [{ environment }, { openSession }, { examine }, { verdict }, { line, summary }] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/session.ts'),
      import('./operate/doctor/doctor.ts'),
      import('./operate/doctor/examination.ts'),
      import('./operate/doctor/text.ts'),
    ]);
    const wanted = environment(name);
    const { region } = wanted.account;
    const say = (text: string) => void (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
    const session = await openSession({ region }, signal, say, { name });
    say(`${bold(name)} · ${region}${dim(' · asks, and changes nothing')}`);
    try {
      const checks = await examine(session, wanted, (check) => say(line(check)));
      const code = verdict(checks);
      say(summary(checks));
      if (flags.json)
        process.stdout.write(`${JSON.stringify({ environment: name, exitCode: code, checks }, null, 2)}\n`);
      return code;
    } finally {
      session.close();
    }
  },
});

if (import.meta.main) await run(command);
