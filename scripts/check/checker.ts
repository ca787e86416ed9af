/** What a checker is: one thing that can be wrong with what is committed, and where. */
export interface Checker {
  readonly name: string;
  /** What it looks at, as `--help` and the result say it. */
  readonly subject: string;
  /** What to do about its findings, where that is always the same. */
  readonly remedy?: string;
  check(signal: AbortSignal): Promise<readonly Finding[]>;
}

export interface Finding {
  /** Relative to the repository, with the line where there is one: `templates/tiers/production/network.yaml:12`. */
  readonly where: string;
  /** The rule, by the checker's own name for it: `E3012`. */
  readonly rule?: string;
  readonly message: string;
}
