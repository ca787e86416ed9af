/** The values that a template's parameters get, from what was asked, what was there before, and the defaults. */
import type { Parameter } from '@aws-sdk/client-cloudformation';
import { invalid } from '../fault.ts';
import type { Template, Tree } from './template.ts';

export type ParameterValues = Readonly<Record<string, string>>;

/** @throws a ValidationError for values that are missing, unknown, or against what the parameter allows */
export function parameterValues(
  template: Template,
  given: readonly Parameter[],
  previous: ParameterValues | undefined,
): ParameterValues {
  const values = new Map<string, string>();
  for (const { ParameterKey = '', ParameterValue, UsePreviousValue } of given) {
    if (!UsePreviousValue) {
      values.set(ParameterKey, ParameterValue ?? '');
    } else if (ParameterValue) {
      throw input(ParameterKey, 'Cannot specify usePreviousValue as true and non empty value for a parameter');
    } else if (previous?.[ParameterKey] === undefined) {
      throw input(
        ParameterKey,
        'Cannot specify usePreviousValue as true for a parameter key not in the previous template',
      );
    } else {
      values.set(ParameterKey, previous[ParameterKey]);
    }
  }
  const unknown = [...values.keys()].filter((key) => !Object.hasOwn(template.Parameters, key));
  if (unknown.length > 0) throw invalid(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing: string[] = [];
  for (const [name, declaration] of Object.entries(template.Parameters)) {
    const value = values.get(name) ?? (declaration.Default === undefined ? undefined : String(declaration.Default));
    if (value === undefined) missing.push(name);
    else values.set(name, allowed(name, value, declaration));
  }
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(', ')}] must have values`);
  return Object.fromEntries(values);
}

/** Parameters as the service shows them: a NoEcho value never. */
export function shown(template: Template, values: ParameterValues): Parameter[] {
  return Object.entries(values).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: String(template.Parameters[ParameterKey]?.NoEcho) === 'true' ? '****' : value,
  }));
}

function allowed(name: string, value: string, declaration: Tree): string {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, Type } = declaration;
  const because = (rule: string) => invalid(`Parameter '${name}' ${String(declaration.ConstraintDescription ?? rule)}`);
  if (Type === 'Number' && (value === '' || Number.isNaN(Number(value)))) throw because('must be a number.');
  if (Array.isArray(AllowedValues) && !AllowedValues.map(String).includes(value)) {
    throw because('must be one of AllowedValues');
  }
  if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    throw because(`must match pattern ${AllowedPattern}`);
  }
  if (MinLength !== undefined && value.length < Number(MinLength)) {
    throw because(`must contain at least ${MinLength} characters`);
  }
  if (MaxLength !== undefined && value.length > Number(MaxLength)) {
    throw because(`must contain at most ${MaxLength} characters`);
  }
  return value;
}

const input = (key: string, why: string) => invalid(`Invalid input for parameter key ${key}. ${why}`);
