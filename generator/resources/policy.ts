/** IAM's documents: who may do what, to which resource, when. */
import type { Tier } from '../../environments/index.ts';
import { aws, type Expression, sub } from '../cloudformation/expression.ts';
import type { Json, Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { boundaryArn } from '../names.ts';

export type Statement = Readonly<Record<string, Json>>;

export function allow(Action: readonly string[], Resource: Json, Condition?: Json): Statement {
  return { Effect: 'Allow', Action, Resource, ...(Condition !== undefined && { Condition }) };
}

export function deny(Action: readonly string[], Resource: Json, Condition?: Json): Statement {
  return { ...allow(Action, Resource, Condition), Effect: 'Deny' };
}

/** In a resource's own policy, or in a role's trust: which of AWS's services may. */
export function allowService(service: string, Action: readonly string[], rest: Statement = {}): Statement {
  return { Effect: 'Allow', Principal: { Service: service }, Action, ...rest };
}

/** In a bucket's own policy. */
export function onlyOverTls(bucketArn: Json, objects: Json): Statement {
  return {
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:*'],
    Resource: [bucketArn, objects],
    Condition: { Bool: { 'aws:SecureTransport': false } },
  };
}

/**
 * The same in fewer statements: an action takes resources of its own service only, so what is allowed of one service goes
 * with what is allowed of others. Two of one service stay apart, and so does what has a condition or takes no resource.
 */
export function joined(statements: readonly Statement[]): readonly Statement[] {
  const all: { readonly services: Set<string>; statement: Statement }[] = [];
  for (const statement of statements) {
    const services = servicesOf(statement);
    const other = all.find(
      (each) =>
        isPlain(each.statement) && isPlain(statement) && ![...services].some((service) => each.services.has(service)),
    );
    if (!other) {
      all.push({ services, statement });
      continue;
    }
    for (const service of services) other.services.add(service);
    const [actions, resources] = (['Action', 'Resource'] as const).map((key) =>
      [other.statement[key], statement[key]].flat(),
    );
    other.statement = allow(actions as readonly string[], resources as Json);
  }
  return all.map(({ statement }) => statement);
}

const isPlain = ({ Effect, Resource, Condition }: Statement) =>
  Effect === 'Allow' && Resource !== '*' && Condition === undefined;

const servicesOf = ({ Action }: Statement) =>
  new Set([Action].flat().map((action) => String(action).split(':')[0] ?? ''));

export function document(statements: readonly Statement[]) {
  return { Version: '2012-10-17', Statement: statements };
}

interface ServiceRole {
  /** The environment or tier whose role it is: part of its path, by which others are let at it. */
  readonly owner: string;
  /** Whose boundary the role has. */
  readonly tier: Tier;
  readonly service: string;
  readonly statements: readonly Statement[];
  /** Checks that are wrong here. */
  readonly ignore?: Readonly<Record<string, string>> | undefined;
}

/** A role for one of AWS's services. It has no name of its own: a named one could not be replaced. */
export function serviceRole(
  template: Template,
  id: string,
  { owner, tier, service, statements, ignore }: ServiceRole,
): Resource<'AWS::IAM::Role'> {
  return template.add(id, {
    Type: 'AWS::IAM::Role',
    ...(ignore && { Ignore: ignore }),
    Properties: {
      Path: `/coalition-builder/${owner}/`,
      AssumeRolePolicyDocument: document([allowService(service, ['sts:AssumeRole'])]),
      PermissionsBoundary: boundaryArn(tier),
      Policies: [{ PolicyName: 'permissions', PolicyDocument: document(statements) }],
    },
  });
}

/** What a policy is filled in with when it is evaluated: a tag of the role that asks. */
export function tagOfPrincipal(key: 'Environment' | 'Tier'): string {
  return `\${aws:PrincipalTag/${key}}`;
}

/** @param rest of the ARN, after the account: `function:coalition-*` */
export function regional(service: string, rest: string): Expression {
  return sub`arn:${aws.partition}:${service}:${aws.region}:${aws.accountId}:${rest}`;
}
