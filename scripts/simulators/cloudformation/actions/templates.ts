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
import { invalid, notSimulated, violates } from '../fault.ts';
import { type Account, changeSetOf, stackOf } from '../state.ts';
import { neededCapability } from '../template/capabilities.ts';
import { check } from '../template/check.ts';
import { parse, type Template, type Tree } from '../template/template.ts';

/** API reference, CreateChangeSet, TemplateBody. */
const maximumBytes = 51_200;

/** @throws a ValidationError for what CloudFormation refuses before it compares anything */
export function readTemplate(body: string | undefined, url?: string): Template {
  if (url !== undefined) throw notSimulated('TemplateURL; pass the template itself as TemplateBody');
  if (body === undefined) {
    throw invalid('Either Template URL or Template Body must be specified.');
  }
  if (body === '') throw violates('templateBody', '', 'have length greater than or equal to 1');
  if (Buffer.byteLength(body) > maximumBytes) {
    throw violates('templateBody', `${body.slice(0, 40)}…`, `have length less than or equal to ${maximumBytes}`);
  }
  return check(parse(body));
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
  const body = input.StackName === undefined ? input.TemplateBody : stackOf(account, input.StackName).deployed?.body;
  const template = readTemplate(body, input.TemplateURL);
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

export function validateTemplate(_: Account, input: ValidateTemplateInput): ValidateTemplateOutput {
  const template = readTemplate(input.TemplateBody, input.TemplateURL);
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
