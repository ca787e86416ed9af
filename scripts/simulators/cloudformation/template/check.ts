/** What CloudFormation refuses about a template before it looks at any resource's properties, in its own words. */
import { invalid, notSimulated } from '../fault.ts';
import { creationOrder } from './order.ts';
import { pseudoParameters, references } from './references.ts';
import { call, isTree, type ResourceDefinition, type Template, type Tree, type Value } from './template.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html */
const sections = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
];
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html */
const resourceAttributes = [
  'Condition',
  'CreationPolicy',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'Type',
  'UpdatePolicy',
  'UpdateReplacePolicy',
];
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const limits = { Resources: 500, Parameters: 200, Outputs: 200, Mappings: 200 } as const;

/** @throws a ValidationError at the first fault */
export function check(sectionsGiven: Tree): Template {
  const unknown = Object.keys(sectionsGiven).filter((section) => !sections.includes(section));
  if (unknown.length > 0) throw malformed(`Invalid template property or properties [${unknown.join(', ')}]`);
  if (sectionsGiven.Transform !== undefined) throw notSimulated('transforms and macros');
  if (sectionsGiven.Rules !== undefined) throw notSimulated('rules');
  const section = (name: string) => {
    const value = sectionsGiven[name] ?? {};
    if (!isTree(value)) throw malformed(`${name} must be an object.`);
    return value;
  };
  const members = (name: string) => {
    const all = section(name);
    for (const member of Object.values(all)) {
      if (!isTree(member)) throw malformed(`Every ${name} member must be an object.`);
    }
    return all as Readonly<Record<string, Tree>>;
  };
  const template: Template = {
    ...(typeof sectionsGiven.Description === 'string' && { Description: sectionsGiven.Description }),
    ...(sectionsGiven.Metadata !== undefined && { Metadata: sectionsGiven.Metadata }),
    Parameters: members('Parameters'),
    Mappings: section('Mappings'),
    Conditions: section('Conditions'),
    Resources: checkResources(members('Resources')),
    Outputs: members('Outputs'),
  };
  checkLimits(template);
  checkParameters(template);
  checkOutputs(template);
  checkConditions(template);
  checkReferences(template);
  creationOrder(template);
  return template;
}

function checkResources(resources: Readonly<Record<string, Tree>>): Template['Resources'] {
  if (Object.keys(resources).length === 0) throw malformed('At least one Resources member must be defined.');
  const unrecognized: string[] = [];
  for (const [id, resource] of Object.entries(resources)) {
    if (!/^[A-Za-z0-9]{1,255}$/.test(id)) throw malformed(`Resource name ${id} is non alphanumeric.`);
    const { Type } = resource;
    if (typeof Type !== 'string') {
      throw malformed(`[/Resources/${id}] Every Resources object must contain a Type member.`);
    }
    const wrong = Object.keys(resource).find((attribute) => !resourceAttributes.includes(attribute));
    if (wrong) throw invalid(`Invalid template resource property '${wrong}'`);
    if (!/^(AWS|Alexa)::\w+::\w+$|^Custom::[\w@-]+$/.test(Type)) unrecognized.push(Type);
  }
  if (unrecognized.length > 0) throw malformed(`Unrecognized resource types: [${unrecognized.sort().join(', ')}]`);
  return resources as Record<string, ResourceDefinition>;
}

function checkLimits(template: Template): void {
  for (const [section, limit] of Object.entries(limits)) {
    const count = Object.keys(template[section as keyof typeof limits]).length;
    if (count > limit) {
      throw malformed(`Number of ${section.toLowerCase()}, ${count}, is greater than maximum allowed, ${limit}`);
    }
  }
}

function checkParameters(template: Template): void {
  for (const [name, { Type }] of Object.entries(template.Parameters)) {
    if (typeof Type !== 'string') {
      throw malformed(`[/Parameters/${name}] Every Parameters object must contain a Type member.`);
    }
    if (Type.startsWith('AWS::SSM::')) throw notSimulated('parameters that Systems Manager resolves');
  }
}

function checkOutputs(template: Template): void {
  for (const [name, output] of Object.entries(template.Outputs)) {
    if (output.Value === undefined)
      throw malformed(`[/Outputs/${name}] Every Outputs member must contain a Value object`);
    if (output.Export !== undefined) throw notSimulated('exports');
  }
}

function checkConditions(template: Template): void {
  const within = { Resources: template.Resources, Outputs: template.Outputs };
  for (const [section, members] of Object.entries(within)) {
    for (const { Condition } of Object.values<Tree>(members)) {
      if (typeof Condition === 'string' && !Object.hasOwn(template.Conditions, Condition)) {
        throw malformed(`Unresolved condition dependency ${Condition} in the ${section} block of the template`);
      }
    }
    for (const condition of conditionsOfIf(members)) {
      if (!Object.hasOwn(template.Conditions, condition)) {
        throw invalid(`Template error: unresolved condition dependency ${condition} in Fn::If`);
      }
    }
  }
}

function* conditionsOfIf(value: Value): Generator<string> {
  const [name, argument] = call(value) ?? [];
  if (name === 'Fn::If' && Array.isArray(argument)) yield String(argument[0]);
  if (Array.isArray(value)) for (const item of value) yield* conditionsOfIf(item);
  else if (isTree(value)) for (const item of Object.values(value)) yield* conditionsOfIf(item);
}

function checkReferences(template: Template): void {
  const parameters = new Set<string>([...Object.keys(template.Parameters), ...pseudoParameters]);
  const isResource = (id: string) => Object.hasOwn(template.Resources, id);
  for (const section of ['Resources', 'Outputs'] as const) {
    const unresolved = new Set<string>();
    for (const { target, attribute } of references(template[section])) {
      if (attribute === undefined) {
        if (!isResource(target) && !parameters.has(target)) unresolved.add(target);
      } else if (!isResource(target)) {
        throw invalid(`Template error: instance of Fn::GetAtt references undefined resource ${target}`);
      }
    }
    for (const { DependsOn = [] } of section === 'Resources' ? Object.values(template.Resources) : []) {
      for (const id of Array.isArray(DependsOn) ? DependsOn : [DependsOn]) {
        if (!isResource(String(id))) unresolved.add(String(id));
      }
    }
    if (unresolved.size > 0) {
      const names = [...unresolved].join(', ');
      throw malformed(`Unresolved resource dependencies [${names}] in the ${section} block of the template`);
    }
  }
}

const malformed = (message: string) => invalid(`Template format error: ${message}`);
