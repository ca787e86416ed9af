/** What the database refuses because of its rules, as a client should hear it: without SQL, tables or values. */
import { invalid, Problem } from './problem.ts';

interface Refusal {
  readonly code: string;
  readonly constraint?: string;
  readonly column?: string;
  /** Such as `Key (name)=(clean-water) already exists.` */
  readonly detail?: string;
  readonly message: string;
}

/** @returns a problem for a broken rule, and any other error as it is */
export function refusalOf(error: unknown, noun: string): unknown {
  if (!isRefusal(error)) return error;
  const fields = /^Key \(([\w", ]+)\)=/
    .exec(error.detail ?? '')?.[1]
    ?.replaceAll('"', '')
    .split(', ');
  switch (error.code) {
    case '23505':
      return new Problem(
        409,
        'Already there',
        fields ? `There is another ${noun} with this ${fields.join(' and ')}.` : `There is another such ${noun}.`,
        { cause: error },
      );
    case '23503':
      return /still referenced/.test(error.detail ?? '')
        ? new Problem(409, 'Still in use', `The ${noun} is still in use elsewhere.`, { cause: error })
        : invalid([
            { loc: ['body', 'data', ...(fields ?? [])], msg: 'names something that does not exist', type: 'reference' },
          ]);
    case '23502':
      return invalid([{ loc: ['body', 'data', error.column ?? ''], msg: 'is missing', type: 'missing' }]);
    case '23514':
      return invalid([
        {
          loc: ['body', 'data'],
          msg: `breaks the rule ${(error.constraint ?? '').replaceAll('_', ' ')}`,
          type: 'rule',
        },
      ]);
    case '23001':
      // PostgreSQL 18 has this code for a reference too; without a constraint it is one of our triggers, whose sentence
      // is meant to be read.
      if (error.constraint)
        return new Problem(409, 'Still in use', `The ${noun} is still in use elsewhere.`, { cause: error });
      return new Problem(409, 'Not possible now', error.message, { cause: error });
    // Numbers and times that PostgreSQL has no room for, and characters that no text there can hold.
    case '22003':
    case '22008':
    case '22021':
    case '22P05':
      return invalid([{ loc: ['body', 'data'], msg: 'has a value that cannot be stored', type: 'value' }]);
    default:
      return error;
  }
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code));
}
