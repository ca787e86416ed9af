/** What `resume` and `cancel` have in common: a session in the right account, what came of each stack, the worst of it. */
import { endpointOf } from '../../aws/cloudformation.ts';
import type { Invocation } from '../../terminal/command.ts';
import { type ExitCode, exitCode, worst } from '../../terminal/exit-codes.ts';
import { openSession, type Session } from '../session.ts';
import { type Target, target } from '../stacks.ts';
import { heading, problems } from '../text.ts';
import { requireAccount } from '../whereabouts.ts';

/** A stack after its operation has come to an end. Statuses are as CloudFormation calls them. */
export interface Mended {
  readonly stack: string;
  readonly stackName: string;
  readonly was: string;
  readonly is: string;
  readonly exitCode: ExitCode;
  /** Why it is not well, and what to type. */
  readonly message?: string;
  readonly remedy?: string;
}

export interface MendOptions extends Pick<Invocation<Record<string, never>>, 'signal' | 'again'> {
  readonly name: string;
  readonly stack: string | undefined;
  readonly json: boolean;
}

/** @param work gives what came of each stack, and a sentence about what comes next */
export async function mend(
  { name, stack, json, signal, again }: MendOptions,
  work: (session: Session, wanted: Target) => Promise<{ readonly stacks: readonly Mended[]; readonly next: string }>,
): Promise<ExitCode> {
  const wanted = await target(name, stack);
  const { region, notice, environment } = wanted;
  const stream = json ? process.stderr : process.stdout;
  const session = await openSession({ region }, signal, (line) => stream.write(`${line}\n`), { name, again });
  try {
    if (notice) session.say(notice);
    session.say(heading(name, region, endpointOf({ region })));
    await requireAccount(session, environment);
    const { stacks, next } = await work(session, wanted);
    if (next) session.say(next);
    if (json) process.stdout.write(`${JSON.stringify({ environment: name, region, stacks, next }, null, 2)}\n`);
    process.stderr.write(problems(stacks));
    return worst(stacks) ?? exitCode.done;
  } finally {
    session.close();
  }
}
