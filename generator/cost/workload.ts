/** What the templates cannot know: how much the platform is used in a month. A file of this shape is `--workload`. */
import * as z from 'zod/mini';

const amount = z.number({ error: 'a number, not negative' }).check(z.gte(0, { error: 'a number, not negative' }));
const byResource = <T extends z.core.$ZodType>(value: T) => z._default(z.record(z.string(), value), {});

const environment = z.strictObject({
  /** To the API. */
  requests: amount,
  /** What one takes the function on average, as it is billed. */
  milliseconds: amount,
  /** Of an answer that CloudFront hands on. */
  responseKB: amount,
  /** Files that CloudFront hands out, from a bucket or from what it keeps. */
  files: amount,
  fileKB: amount,
  /** Of the rate-limit table; a check is one write. */
  writesPerRequest: amount,
  readsPerRequest: amount,
  coldStarts: amount,
  /** How long a call takes that a schedule makes: it keeps an instance awake, or counts something. */
  scheduledMilliseconds: amount,
  /** Of the jobs function, besides what is scheduled. */
  jobsSeconds: amount,
  /** How long the imports of boundaries run. */
  importHours: amount,
  /** By logical id of the bucket. */
  buckets: byResource(z.strictObject({ GB: amount, writes: amount, reads: amount })),
  /** What is written to each log group, by stack and logical id: `api/LogGroup`. */
  logGB: byResource(amount),
});

const tier = z.strictObject({
  /** What RDS keeps of backups beyond the size of the database, which is free. */
  backupGB: amount,
  tableGB: amount,
  /** Through a NAT gateway or an interface endpoint, where there is one. */
  egressGB: amount,
  logGB: byResource(amount),
});

const account = z.strictObject({
  /** By logical id of the repository. */
  repositoryGB: byResource(amount),
  buckets: byResource(z.strictObject({ GB: amount, writes: amount, reads: amount })),
});

const workload = z.strictObject({
  about: z.string({ error: 'a sentence' }),
  hoursPerMonth: z.number({ error: 'a number from 672 to 744' }).check(z.gte(672), z.lte(744)),
  /** Whether to take off what AWS never bills an account for. */
  allowances: z.boolean({ error: 'true or false' }),
  environments: z.record(z.string(), environment),
  tiers: z.record(z.string(), tier),
  account: z.exactOptional(account),
});

export type Workload = z.infer<typeof workload>;
export type EnvironmentUse = z.infer<typeof environment>;
export type BucketUse = Readonly<{ GB: number; writes: number; reads: number }>;

/** A workload file says what cannot be. */
export class WorkloadError extends Error {
  readonly exitCode = 2;
  readonly remedy = 'generator/cost/workloads/expected.json shows every key.';
  constructor(file: string, faults: readonly string[]) {
    super(`${file} cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'WorkloadError';
  }
}

/** @throws WorkloadError naming every key at fault (exit code 2) */
export function readWorkload(read: unknown, file: string): Workload {
  const result = workload.safeParse(read);
  if (result.success) return result.data;
  throw new WorkloadError(
    file,
    result.error.issues.map(({ path, message, ...issue }) => {
      const unknown = issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : `takes ${message}`;
      return `${path.join('.') || 'the file'} ${unknown}`;
    }),
  );
}
