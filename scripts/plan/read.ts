/** A Plan from a file: checked before anything is believed of it. Pure. */
import { z } from 'zod';
import { exitCode } from '../terminal/exit-codes.ts';
import { hashOfPlan, hashOfStack, type Plan, planOf, planVersion } from './plan.ts';

/** A plan that cannot be used. */
export class PlanError extends Error {
  readonly remedy: string;
  readonly exitCode = exitCode.usage;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'PlanError';
    this.remedy = remedy;
  }
}

const text = z.string();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const yes = z.literal(true).exactOptional();

const value = z.strictObject({
  path: text,
  before: text.exactOptional(),
  after: text.exactOptional(),
  deployed: text.exactOptional(),
  secret: yes,
  unknown: yes,
  recreates: z.enum(['always', 'perhaps']).exactOptional(),
  because: text.exactOptional(),
  release: yes,
});

const change = z.strictObject({
  action: z.enum(['add', 'update', 'replace', 'may replace', 'remove', 'import', 'note', 'undecided', 'other']),
  logicalId: text,
  type: text,
  physicalId: text.exactOptional(),
  properties: z.array(text),
  values: z.array(value),
  old: z.enum(['Delete', 'Retain', 'Snapshot']).exactOptional(),
  verdict: z.enum(['safe', 'notice', 'dangerous', 'blocked']),
  drift: z.enum(['modified', 'deleted']).exactOptional(),
  reasons: z.array(text),
  allowed: z.strictObject({ until: text, reason: text }).exactOptional(),
  release: yes,
  source: text.exactOptional(),
  definedAt: z.array(text).exactOptional(),
});

const stack = z.strictObject({
  stack: z.string().regex(/^[a-z][a-z-]{0,40}$/),
  stackName: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/),
  template: text,
  templateDigest: hash,
  outcome: z.enum(['create', 'update', 'unchanged', 'blocked']),
  exitCode: z.number().exactOptional(),
  changes: z.array(change),
  findings: z.array(z.strictObject({ kind: z.enum(['permission', 'network']), logicalId: text, message: text })),
  cost: z
    .strictObject({
      monthlyUSD: z.number(),
      resources: z.array(z.strictObject({ logicalId: text, monthlyUSD: z.number() })),
      unpriced: z.array(z.strictObject({ logicalId: text, why: text })),
    })
    .exactOptional(),
  notes: z.array(text),
  hash,
});

/** The schema of a Plan; `z.toJSONSchema(planSchema)` gives it to others. */
export const planSchema: z.ZodType<Plan> = z.strictObject({
  version: z.literal(planVersion),
  environment: text,
  region: text,
  account: z
    .string()
    .regex(/^\d{12}$/)
    .exactOptional(),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .exactOptional(),
  source: z.enum(['change sets', 'templates', 'drift']),
  base: text.exactOptional(),
  images: z.record(text, text),
  stacks: z.array(stack),
  hash,
});

const again = 'Make it again: npm run preview -- <environment> --json > plan.json';

/**
 * @param file what the text came from, to be named
 * @throws PlanError (2) where it is not a whole Plan of this version, exactly as `preview` wrote it
 */
export function readPlan(json: string, file: string): Plan {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    const why = json.trim() === '' ? 'it is empty' : 'it is no JSON, or not all of it';
    throw new PlanError(`${file} is no plan: ${why}.`, again);
  }
  const version = typeof read === 'object' && read !== null && 'version' in read ? read.version : undefined;
  if (version !== planVersion) {
    const which = version === undefined ? 'has no version' : `is of version ${JSON.stringify(version)}`;
    throw new PlanError(`${file} ${which}; this tool reads version ${planVersion}.`, again);
  }
  const result = planSchema.safeParse(read);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new PlanError(`${file} is no plan: ${issue?.path.join('.') || 'it'}: ${issue?.message}.`, again);
  }
  const plan = result.data;
  const changed = plan.stacks.find((own) => own.hash !== hashOfStack(own));
  if (changed || plan.hash !== hashOfPlan(plan)) {
    const where = changed ? `, in the stack ${changed.stack}` : '';
    throw new PlanError(`${file} was changed after it was made${where}: its hash is another.`, again);
  }
  const { version: _, hash: __, ...rest } = plan;
  return planOf(rest);
}
