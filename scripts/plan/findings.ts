/** Permissions and network access that a change broadens, as findings of their own: they hide in long values. Pure. */
import type { DescribedChange, DescribedResource } from './described.ts';
import type { Finding } from './plan.ts';
import { canonical, sayValue } from './values.ts';

type Tree = Readonly<Record<string, unknown>>;

/** @param changes of a stack that is there: everything of a new one is new */
export function findingsOf(changes: readonly DescribedChange[]): readonly Finding[] {
  return changes.flatMap(({ ResourceChange: change }): Finding[] => {
    if (!change || change.Action === 'Remove') return [];
    // Most have neither, and parsing is what takes the time.
    if (!isAccess.test(change.ResourceType ?? '') && !change.AfterContext?.includes('"Statement"')) return [];
    const logicalId = change.LogicalResourceId ?? '';
    const before = propertiesOf(change.BeforeContext);
    const after = propertiesOf(change.AfterContext);
    if (!after) return [];
    return [
      ...permissions(change, before ?? {}, after).map((message) => ({
        kind: 'permission' as const,
        logicalId,
        message,
      })),
      ...openings(change, before ?? {}, after).map((message) => ({ kind: 'network' as const, logicalId, message })),
    ];
  });
}

const isAccess = /^AWS::(IAM::|EC2::SecurityGroup|Lambda::Permission$)/;

function propertiesOf(context: string | undefined): Tree | undefined {
  if (context === undefined) return undefined;
  try {
    return tree(tree(JSON.parse(context)).Properties);
  } catch {
    // A long one arrives cut off.
    return undefined;
  }
}

function permissions({ ResourceType: type = '' }: DescribedResource, before: Tree, after: Tree): readonly string[] {
  if (type === 'AWS::Lambda::Permission') {
    if (canonical(before) === canonical(after)) return [];
    return [`${said(after.Principal)} may ${said(after.Action)}`];
  }
  const had = grantsIn(before);
  const broader = grantsIn(after)
    .filter((grant) => !had.some((old) => covers(old, grant)))
    .map(({ principal, action, resource }) => `${principal ? `${principal} may ` : ''}${action} on ${resource}`);
  const attached = list(after.ManagedPolicyArns).map(said);
  const wasAttached = list(before.ManagedPolicyArns).map(said);
  const gained = attached.filter((arn) => !wasAttached.includes(arn)).map((arn) => `everything in ${arn}`);
  const unbound =
    before.PermissionsBoundary !== undefined && after.PermissionsBoundary === undefined
      ? ['no permissions boundary any more']
      : [];
  return [...new Set([...broader, ...gained, ...unbound])];
}

interface Grant {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly condition: string;
}

/** Every combination that an Allow of any of its policies makes. */
function grantsIn(properties: Tree): readonly Grant[] {
  const documents = [
    properties.AssumeRolePolicyDocument,
    properties.PolicyDocument,
    ...list(properties.Policies).map((policy) => tree(policy).PolicyDocument),
  ];
  return documents.flatMap((document) =>
    list(tree(document).Statement)
      .map(tree)
      .flatMap((statement) => {
        if (statement.Effect !== 'Allow') return [];
        const condition = statement.Condition === undefined ? '' : canonical(statement.Condition);
        const actions = statement.Action ?? `everything but ${said(statement.NotAction)}`;
        const resources =
          statement.Resource ?? (statement.NotResource ? `all but ${said(statement.NotResource)}` : 'it');
        const principals = principalsOf(statement.Principal);
        return principals.flatMap((principal) =>
          list(actions).flatMap((action) =>
            list(resources).map((resource) => ({
              principal,
              action: said(action),
              resource: said(resource),
              condition,
            })),
          ),
        );
      }),
  );
}

function principalsOf(principal: unknown): readonly string[] {
  if (principal === undefined) return [''];
  if (typeof principal === 'string') return [principal === '*' ? 'anybody' : principal];
  return Object.values(tree(principal)).flatMap((names) => list(names).map(said));
}

const covers = (old: Grant, grant: Grant) =>
  old.principal === grant.principal &&
  (old.condition === '' || old.condition === grant.condition) &&
  glob(old.action.toLowerCase(), grant.action.toLowerCase()) &&
  glob(old.resource, grant.resource);

/** `s3:Get*` covers `s3:GetObject` and `s3:GetObject*`. */
function glob(pattern: string, text: string): boolean {
  if (!pattern.includes('*') && !pattern.includes('?')) return pattern === text;
  const parts = pattern
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[\\^$.+()[\]{}|]/g, '\\$&')));
  return new RegExp(`^${parts.join('')}$`).test(text);
}

function openings({ ResourceType: type = '' }: DescribedResource, before: Tree, after: Tree): readonly string[] {
  const rulesOf = (properties: Tree): readonly string[] => {
    if (/^AWS::EC2::SecurityGroup(In|E)gress$/.test(type)) {
      return properties.IpProtocol === undefined ? [] : [rule(properties, type.endsWith('Ingress'))];
    }
    if (type !== 'AWS::EC2::SecurityGroup') return [];
    return [
      ...list(properties.SecurityGroupIngress).map((item) => rule(tree(item), true)),
      ...list(properties.SecurityGroupEgress).map((item) => rule(tree(item), false)),
    ];
  };
  const had = rulesOf(before);
  return rulesOf(after).filter((now) => !had.includes(now));
}

/** `tcp 443 from 0.0.0.0/0` */
function rule(item: Tree, inwards: boolean): string {
  const peer =
    item.CidrIp ??
    item.CidrIpv6 ??
    item.SourceSecurityGroupId ??
    item.DestinationSecurityGroupId ??
    item.SourcePrefixListId ??
    item.DestinationPrefixListId ??
    'anywhere';
  const from = said(item.FromPort ?? '');
  const to = said(item.ToPort ?? '');
  const ports = from === to ? from : `${from}-${to}`;
  const protocol = said(item.IpProtocol) === '-1' ? 'everything' : said(item.IpProtocol);
  return [protocol, ports, inwards ? 'from' : 'to', said(peer)].filter(Boolean).join(' ');
}

const said = (value: unknown): string => sayValue(value ?? '');
const list = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
const tree = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {});
