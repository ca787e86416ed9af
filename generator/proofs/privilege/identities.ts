/** Roles as IAM will see them: who may take one on, what its policies say, and the boundary that none of them passes. */
import { ofType, type Place, type Platform, targets } from '../../platform/platform.ts';
import { arnOf, physicalName, resolved, text } from '../../platform/values.ts';

export interface Identity {
  readonly place: Place;
  readonly arn: string;
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly policies: readonly Policy[];
  /** Which policies may speak of as `${aws:PrincipalTag/Tier}`. */
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined where it has none. */
  readonly boundary?: Policy;
  /** Policies that AWS keeps, of which nothing is known here. */
  readonly foreign: readonly string[];
}

export interface Policy {
  readonly name: string;
  readonly document: PolicyDocument;
}

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export function identitiesOf(platform: Platform): readonly Identity[] {
  return ofType(platform, 'AWS::IAM::Role').map((place) => identityOf(platform, place));
}

export function identityOf(platform: Platform, place: Place): Identity {
  const { stack, properties } = place;
  const attached = (properties.ManagedPolicyArns ?? []) as readonly unknown[];
  const managed = attached.flatMap((arn) => targets(platform, stack, arn).map((found) => found.place));
  const boundaryArn = properties.PermissionsBoundary && text(platform, stack, properties.PermissionsBoundary);
  const boundary = ofType(platform, 'AWS::IAM::ManagedPolicy').find(
    (policy) => arnOf(platform, policy) === boundaryArn,
  );
  if (boundaryArn && !boundary) throw new Error(`${stack.path} ${place.id} names a boundary that no template makes.`);
  const inline = (properties.Policies ?? []) as readonly {
    readonly PolicyName: string;
    readonly PolicyDocument: unknown;
  }[];
  return {
    place,
    arn: arnOf(platform, place),
    name: physicalName(platform, place),
    trust: documentOf(platform, place, properties.AssumeRolePolicyDocument),
    policies: [
      ...inline.map((policy) => ({
        name: policy.PolicyName,
        document: documentOf(platform, place, policy.PolicyDocument),
      })),
      ...managed.map((policy) => managedPolicy(platform, policy)),
    ],
    tags: Object.fromEntries(
      ((properties.Tags ?? []) as readonly { readonly Key: string; readonly Value: unknown }[]).map(
        ({ Key, Value }) => [Key, text(platform, stack, Value)],
      ),
    ),
    ...(boundary && { boundary: managedPolicy(platform, boundary) }),
    foreign: attached
      .filter((arn) => targets(platform, stack, arn).length === 0)
      .map((arn) => text(platform, stack, arn)),
  };
}

export function managedPolicy(platform: Platform, place: Place): Policy {
  return { name: place.id, document: documentOf(platform, place, place.properties.PolicyDocument) };
}

export function documentOf(platform: Platform, { stack }: Place, document: unknown): PolicyDocument {
  return asText(resolved(platform, stack, document)) as PolicyDocument;
}

export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** IAM knows texts only; YAML has read `false` as something else. */
function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
  }
  return String(value);
}
