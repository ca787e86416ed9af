/** What a verb's exit status means; the same table for every verb. */
export const exitCode = {
  /** Done, or there was nothing to do. */
  done: 0,
  failed: 1,
  /** The command line, a file or a variable is wrong; nothing was tried. */
  usage: 2,
  partlyDone: 3,
  /** A rule in the code says that a person has to allow this first. */
  stoppedByGuard: 4,
  /** Somebody else's operation or lock is in the way. */
  busy: 5,
  rolledBack: 6,
  needsHuman: 7,
  /** `preview --exit-code` found changes. */
  changesPending: 10,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** A stack that needs a human outweighs one that was rolled back, and that one whatever was stopped. */
const byGravity: readonly ExitCode[] = [7, 6, 5, 3, 4, 2, 1];

/** @returns undefined where nothing went wrong */
export const worst = (ended: readonly { readonly exitCode: ExitCode }[]): ExitCode | undefined =>
  byGravity.find((code) => ended.some(({ exitCode: own }) => own === code));
