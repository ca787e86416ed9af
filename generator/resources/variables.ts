/**
 * A function's variables. Their names are those of `api/settings.ts`: one that is read there and not said here does not
 * compile, and neither does one that nobody reads.
 */
import type { ImportSettings, JobSettings, OutboundSettings, Settings } from '../../api/settings.ts';
import type { Expression } from '../cloudformation/expression.ts';
import { GenerationError } from '../refusal.ts';

/** `null`: unset on purpose. An empty text would arrive as something that was said. */
export type Variable = string | Expression | null;
export type ApiVariables = Readonly<Record<keyof Settings, Variable>>;
export type ImportVariables = Readonly<Record<keyof ImportSettings, Variable>>;
export type OutboundVariables = Readonly<Record<keyof OutboundSettings, Variable>>;
export type JobVariables = Readonly<Record<keyof JobSettings, Variable>>;

/** Lambda sets these itself. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const reserved =
  /^(AWS_((DEFAULT_)?REGION|EXECUTION_ENV|LAMBDA_\w+|ACCESS_KEY(_ID)?|SECRET_ACCESS_KEY|SESSION_TOKEN)|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|_HANDLER|_X_AMZN_TRACE_ID)$/;

/** @throws GenerationError for a name that Lambda refuses, and for a text that says nothing */
export function set(variables: Readonly<Record<string, Variable>>): Readonly<Record<string, string | Expression>> {
  const known: Record<string, string | Expression> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value === null) continue;
    if (reserved.test(name)) {
      throw new GenerationError(
        `The variable ${name} belongs to Lambda, which sets it itself.`,
        'Give it another name in api/settings.ts.',
      );
    }
    if (!/^[A-Za-z]\w+$/.test(name)) {
      throw new GenerationError(
        `"${name}" cannot be the name of a function's variable.`,
        'Call it, in api/settings.ts, by two or more letters, digits or underscores, a letter first.',
      );
    }
    if (value === '') {
      throw new GenerationError(
        `The variable ${name} is an empty text, which reads like a value and is none.`,
        'Say in environments/ what it is, or leave it out there.',
      );
    }
    known[name] = value;
  }
  return known;
}
