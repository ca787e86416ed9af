/** What to type where a stack rests in a state that no deploy can begin from: one way out for each. Pure. */
import type { Session } from '../session.ts';

type Named = Pick<Session, 'name'>;

/** What watches an operation again, lets a rollback go on, or takes a failed update back. */
export const resumeOf = ({ name }: Named): string => `npm run resume -- ${name}`;

export const destroyOf = ({ name }: Named, stackName: string): string =>
  `npm run destroy -- ${name} --stack ${stackName}`;

export const deployOf = ({ name }: Named): string => `npm run deploy -- ${name}`;

export interface Resting {
  readonly name: string;
  readonly status: string;
  /** Logical ids of what stopped it, where they are known. */
  readonly resources: readonly string[];
}

export function wayOut(session: Named, { name, status, resources }: Resting): string {
  switch (status) {
    case 'UPDATE_ROLLBACK_COMPLETE':
      return 'The stack is as it was before. Put right what failed, then deploy again.';
    case 'DELETE_COMPLETE':
      return 'Put right what failed, then deploy again.';
    case 'ROLLBACK_COMPLETE':
      return 'Put right what failed, then deploy again: what is empty is deleted first, and made anew.';
    case 'UPDATE_ROLLBACK_FAILED':
      return [
        `Put right what stopped the rollback, then let it go on: ${resumeOf(session)}`,
        `What cannot be brought back any more is given up by its name: ${resumeOf(session)} --skip ${resources.join(',') || '<resource>'}`,
      ].join('\n');
    case 'UPDATE_FAILED':
      return `Somebody had the failed update stay as it is; this takes it back: ${resumeOf(session)}`;
    case 'CREATE_FAILED':
    case 'ROLLBACK_FAILED':
      return `It never worked, and something of it is there still; a person decides what goes: ${destroyOf(session, name)}`;
    case 'DELETE_FAILED':
      return `Its deletion stopped half-way; this goes on, and asks about what resists: ${destroyOf(session, name)}`;
    default:
      return `See its events: aws cloudformation describe-stack-events --stack-name ${name}`;
  }
}

/** `The following resource(s) failed to update: [Table, Queue].` names what stopped it. */
export const namedIn = (reason = ''): readonly string[] =>
  /\[([^\]]*)\]/.exec(reason)?.[1]?.split(/, ?/).filter(Boolean) ?? [];
