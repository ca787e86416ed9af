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
