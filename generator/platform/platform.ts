/**
 * The committed templates as one thing: every stack, with what its parameters stand for in the stacks before it.
 *
 * Nothing but the templates is read. That a parameter is another stack's output stands in its description, `tableName of
 * coalition-builder-production-rate-limits`, where a reader of the template finds it too.
 */
import type { ResourceDocument, TemplateDocument } from '../cloudformation/read-yaml.ts';

export interface Platform {
  readonly stacks: readonly PlatformStack[];
  readonly places: readonly Place[];
}

export interface PlatformStack {
  /** `environments/production/api.yaml` */
  readonly path: string;
  readonly scope: Scope;
  /** The environment or tier, or `account`. */
  readonly owner: string;
  /** `api` */
  readonly name: string;
  /** `coalition-builder-production-api` */
  readonly stackName: string;
  readonly template: TemplateDocument;
}

export type Scope = 'account' | 'tier' | 'environment';

/** A resource, and where it stands. */
export interface Place {
  readonly stack: PlatformStack;
  /** Its logical id. */
  readonly id: string;
  readonly type: string;
  readonly resource: ResourceDocument;
  readonly properties: Properties;
}

export type Properties = Readonly<Record<string, unknown>>;

const scopes: Readonly<Record<string, Scope>> = { account: 'account', tiers: 'tier', environments: 'environment' };

/** @param templates by path relative to `templates/`: `tiers/production/network.yaml` */
export function platformOf(templates: ReadonlyMap<string, TemplateDocument>): Platform {
  const stacks = [...templates].map(([path, template]): PlatformStack => {
    const parts = path.replace(/\.yaml$/, '').split('/');
    const [folder = '', owner = '', name = ''] = parts.length === 2 ? [parts[0], 'account', parts[1]] : parts;
    const scope = scopes[folder];
    if (!scope) throw new Error(`${path} is in none of ${Object.keys(scopes).join('/, ')}/.`);
    const stackName = scope === 'account' ? `coalition-builder-${name}` : `coalition-builder-${owner}-${name}`;
    return { path, scope, owner, name, stackName, template };
  });
  return { stacks, places: stacks.flatMap(placesOf) };
}

export function placesOf(stack: PlatformStack): readonly Place[] {
  return Object.entries(stack.template.Resources).map(([id, resource]) => ({
    stack,
    id,
    type: resource.Type,
    resource,
    properties: resource.Properties ?? {},
  }));
}

export function ofType(platform: Platform, ...types: readonly string[]): readonly Place[] {
  return platform.places.filter(({ type }) => types.includes(type));
}

/** The output that a parameter is given, or undefined where its description names none. */
export function importedBy(
  { template }: PlatformStack,
  parameter: string,
): { readonly stackName: string; readonly output: string } | undefined {
  const description = template.Parameters?.[parameter]?.Description ?? '';
  const [, output, stackName] = /^(\w+) of ([\w-]+)$/.exec(description) ?? [];
  return output && stackName ? { stackName, output: output[0]?.toUpperCase() + output.slice(1) } : undefined;
}

export interface Target {
  readonly place: Place;
  /** `Arn`, or undefined for what `Ref` gives. */
  readonly attribute?: string;
}

/** The resources that a value refers to, in this stack or, by way of parameters, in another one. */
export function targets(platform: Platform, stack: PlatformStack, value: unknown): readonly Target[] {
  if (Array.isArray(value)) return value.flatMap((item) => targets(platform, stack, item));
  if (typeof value !== 'object' || value === null) return [];
  if ('Ref' in value) return followed(platform, stack, String(value.Ref), undefined);
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string];
    return followed(platform, stack, id, attribute);
  }
  if ('Fn::Sub' in value) {
    const names = [...String(value['Fn::Sub']).matchAll(/\$\{([^!}]+)\}/g)].map(([, name = '']) => name);
    return names.flatMap((name) => {
      const [id = '', ...attribute] = name.split('.');
      return followed(platform, stack, id, attribute.length > 0 ? attribute.join('.') : undefined);
    });
  }
  return Object.values(value).flatMap((item) => targets(platform, stack, item));
}

/** The resource of one of these types that a value refers to. */
export function target(
  platform: Platform,
  stack: PlatformStack,
  value: unknown,
  ...types: string[]
): Place | undefined {
  return targets(platform, stack, value).find(({ place }) => types.includes(place.type))?.place;
}

function followed(
  platform: Platform,
  stack: PlatformStack,
  name: string,
  attribute: string | undefined,
): readonly Target[] {
  const resource = stack.template.Resources[name];
  if (resource) {
    const place = platform.places.find((each) => each.stack === stack && each.id === name);
    return place ? [{ place, ...(attribute !== undefined && { attribute }) }] : [];
  }
  const imported = importedBy(stack, name);
  const producer = platform.stacks.find(({ stackName }) => stackName === imported?.stackName);
  const output = imported && producer?.template.Outputs?.[imported.output];
  return producer && output ? targets(platform, producer, output.Value) : [];
}
