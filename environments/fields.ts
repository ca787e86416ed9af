/**
 * The words in which definitions are written. The message of every leaf is what it allows, so that a refusal can name
 * it (`refusals.ts`); its description is the advice that goes with the refusal.
 */
import * as z from 'zod/mini';

type Shape = z.core.$ZodShape;
type ValueOf<S extends Shape> = z.infer<z.ZodMiniObject<S, z.core.$strict>>;

/** An object that refuses keys it does not know, and that nobody changes afterwards. */
export function record<S extends Shape>(shape: S, ...rules: readonly z.core.$ZodCheck<ValueOf<S>>[]) {
  const error = ({ code }: { code?: string }) =>
    code === 'unrecognized_keys' ? `the keys ${Object.keys(shape).join(', ')}` : 'an object';
  return z.readonly(z.strictObject(shape, { error }).check(...rules));
}

export function whole(from: number, to: number, advice: string) {
  // Not z.int(): its refusal of 1.5 would keep every rule over several values from running.
  return z
    .number({ error: `a whole number from ${from} to ${to}` })
    .check(z.multipleOf(1), z.gte(from), z.lte(to), z.describe(advice));
}

export function flag(advice: string) {
  return z.boolean({ error: 'true or false' }).check(z.describe(advice));
}

/** @param accepts a pattern, which the JSON Schema repeats, or what no pattern can say */
export function text(accepts: RegExp | ((text: string) => boolean), allowed: string, advice: string) {
  const check = accepts instanceof RegExp ? z.regex(accepts, { error: allowed }) : z.refine<string>(accepts);
  return z.string({ error: allowed }).check(check, z.describe(advice));
}

export const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

/** What is taken where nothing is said. It is validated like what is said, and as unchangeable. */
export function otherwise<T extends z.core.$ZodType>(field: T, value: z.core.util.NoUndefined<z.core.input<T>>) {
  return z.prefault(field, value);
}

/** A day by which something has to end. `npm run check` finds those that are over. */
export function lastDay(advice: string) {
  return text(isDay, 'a day like "2030-01-31"', advice);
}

export function oneOf<const T extends string | number>(values: readonly T[], advice: string) {
  const error = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return z.literal([...values], { error }).check(z.describe(advice));
}

export function list<T extends z.core.$ZodType>(item: T, advice: string) {
  return z.readonly(z.array(item, { error: 'a list' })).check(z.describe(advice));
}

interface Rule<T> {
  /** The values, by path with dots, that have to be sound by themselves before this can be asked. */
  readonly over: readonly string[];
  holds(value: T): boolean;
  /** Which value the refusal is about: the one to change. */
  readonly about: string;
  /** What would be allowed, with the reason. */
  readonly allowed: string | ((value: T) => string);
}

/** A rule over several values. What else is wrong does not hold it back. */
export function rule<T>({ over, holds, about, allowed }: Rule<T>): z.core.$ZodCheck<T> {
  return z.refine<T>(holds, {
    path: about.split('.'),
    error: typeof allowed === 'string' ? allowed : ({ input }) => allowed(input as T),
    when: ({ issues }) => !issues.some((issue) => over.some((path) => spoils(issue, path))),
  });
}

function spoils({ code, path = [] }: z.core.$ZodRawIssue, needed: string): boolean {
  const faulty = path.join('.');
  const meets = `${needed}.`.startsWith(`${faulty}.`) || `${faulty}.`.startsWith(`${needed}.`);
  return code !== 'unrecognized_keys' && (faulty === '' || meets);
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
