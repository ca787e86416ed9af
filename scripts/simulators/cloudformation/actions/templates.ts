/** GetTemplate, GetTemplateSummary, ValidateTemplate. */
import type {
  GetTemplateInput,
  GetTemplateOutput,
  GetTemplateSummaryInput,
  GetTemplateSummaryOutput,
  TemplateParameter,
  ValidateTemplateInput,
  ValidateTemplateOutput,
} from '@aws-sdk/client-cloudformation';
import { invalid, violates } from '../fault.ts';
import { objectAt } from '../services/s3.ts';
import { type Account, changeSetOf, stackOf } from '../state.ts';
import { neededCapability } from '../template/capabilities.ts';
import { check } from '../template/check.ts';
import { parse, type Template, type Tree } from '../template/template.ts';

/** API reference, CreateChangeSet, TemplateBody. */
const maximumBytes = 51_200;
/** The same, TemplateURL: 1 MB; the number is that of its refusal. */
const maximumStoredBytes = 1_000_000;

/** @throws a ValidationError for what CloudFormation refuses before it compares anything */
export function readTemplate(body: string | undefined): Template {
  if (body === undefined) {
    throw invalid('Either Template URL or Template Body must be specified.');
  }
  if (body === '') throw violates('templateBody', '', 'have length greater than or equal to 1');
  return check(parse(body));
}

/** The template that a request passes, itself or by its address. */
export function bodyOf(
  account: Account,
  {
    TemplateBody,
    TemplateURL,
  }: { readonly TemplateBody?: string | undefined; readonly TemplateURL?: string | undefined },
): string | undefined {
  if (TemplateURL === undefined) {
    if (Buffer.byteLength(TemplateBody ?? '') > maximumBytes) {
      const begins = `${TemplateBody?.slice(0, 40)}…`;
      throw violates('templateBody', begins, `have length less than or equal to ${maximumBytes}`);
    }
    return TemplateBody;
  }
  if (TemplateBody !== undefined) throw invalid('Only one of Template URL and Template Body may be specified.');
  const found = objectAt(account, TemplateURL);
  if ('missing' in found) throw invalid(found.missing);
  if (Buffer.byteLength(found.body) > maximumStoredBytes) {
    throw invalid(`Template may not exceed ${maximumStoredBytes} bytes in size.`);
  }
  return found.body;
}

export function getTemplate(account: Account, input: GetTemplateInput): GetTemplateOutput {
  const body =
    input.ChangeSetName === undefined
      ? stackOf(account, input.StackName ?? '').deployed?.body
      : changeSetOf(account, input.ChangeSetName, input.StackName)[1].wanted.body;
  if (body === undefined) throw invalid(`Stack with id ${input.StackName} has no template yet`);
  return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
}

export function getTemplateSummary(account: Account, input: GetTemplateSummaryInput): GetTemplateSummaryOutput {
  const body =
    input.StackName === undefined ? bodyOf(account, input) : stackOf(account, input.StackName).deployed?.body;
  const template = readTemplate(body);
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  return {
    ...description(template),
    Parameters: Object.entries(template.Parameters).map(([name, declaration]) => ({
      ...parameter(name, declaration),
      ParameterType: String(declaration.Type),
      ParameterConstraints: Array.isArray(declaration.AllowedValues)
        ? { AllowedValues: declaration.AllowedValues.map(String) }
        : {},
    })),
    ...capabilities(template),
    ResourceTypes: [...new Set(types)].sort(),
    Version: '2010-09-09',
    ...(template.Metadata !== undefined && { Metadata: JSON.stringify(template.Metadata) }),
  };
}

export function validateTemplate(account: Account, input: ValidateTemplateInput): ValidateTemplateOutput {
  const template = readTemplate(bodyOf(account, input));
  return {
    Parameters: Object.entries(template.Parameters).map(([name, declaration]) => parameter(name, declaration)),
    ...description(template),
    ...capabilities(template),
  };
}

function parameter(ParameterKey: string, { Default, NoEcho, Description }: Tree): TemplateParameter {
  return {
    ParameterKey,
    ...(Default !== undefined && { DefaultValue: String(Default) }),
    NoEcho: String(NoEcho) === 'true',
    ...(typeof Description === 'string' && { Description }),
  };
}

function description({ Description }: Template): { Description?: string } {
  return Description === undefined ? {} : { Description };
}

function capabilities(template: Template): Pick<ValidateTemplateOutput, 'Capabilities' | 'CapabilitiesReason'> {
  const needed = neededCapability(template);
  return needed ? { Capabilities: [needed.capability], CapabilitiesReason: needed.reason } : {};
}
