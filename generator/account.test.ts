/** What an account trusts before anything is deployed to it, and how far. */
import assert from 'node:assert/strict';
import { environmentNames, environments } from '../environments/index.ts';
import { assembled } from '../environments/testing/written.ts';
import { readTemplate, type TemplateDocument } from './cloudformation/read-yaml.ts';
import { compile, compileAccount, placeholderRelease } from './compile.ts';
import { only, type Properties, resources } from './testing/compiled.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Properties>>;
}

describe('generator: the account', () => {
  const all = assembled({
    'account.github': { owner: 'a-coalition', repository: 'site', ownerId: '123', repositoryId: '456' },
  });
  const [stack, ...others] = compileAccount(all);
  assert.ok(stack && others.length === 0);
  const template = readTemplate(stack.body);
  const deployed = environmentNames
    .flatMap((name) => compile(environments[name], placeholderRelease))
    .map(({ body }) => readTemplate(body));
  const roles = deployed.flatMap((each) => resources(each, 'AWS::IAM::Role'));
  const types = new Set(deployed.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)));

  it('is one stack, of its own scope', () => {
    const { stackName, path, dependsOn, capabilities, stateful, protection, parameters } = stack;
    assert.deepEqual(
      { stackName, path, dependsOn, capabilities, stateful, protection, parameters },
      {
        stackName: 'coalition-builder-bootstrap',
        path: 'account/bootstrap.yaml',
        dependsOn: [],
        capabilities: ['CAPABILITY_NAMED_IAM'],
        stateful: true,
        protection: true,
        parameters: {},
      },
    );
    assert.match(stack.body, /^# Generated from generator\/stacks\/bootstrap\.ts and environments\/account\.ts: edit/);
  });

  it('trusts GitHub by whole subjects, in both forms, and nobody else', () => {
    const subjectsOf = (name: string) => {
      const [{ Condition } = {}] = trustOf(template, name);
      assert.deepEqual(Object.keys(Condition ?? {}), ['StringEquals']);
      assert.equal(Condition?.StringEquals?.['token.actions.githubusercontent.com:aud'], 'sts.amazonaws.com');
      return Condition?.StringEquals?.['token.actions.githubusercontent.com:sub'];
    };
    assert.deepEqual(subjectsOf('coalition-builder-preview'), [
      'repo:a-coalition/site:pull_request',
      'repo:a-coalition@123/site@456:pull_request',
    ]);
    for (const name of environmentNames) {
      assert.deepEqual(subjectsOf(`coalition-builder-deploy-${name}`), [
        `repo:a-coalition/site:environment:${name}`,
        `repo:a-coalition@123/site@456:environment:${name}`,
      ]);
    }
    assert.equal('ThumbprintList' in only(template, 'AWS::IAM::OIDCProvider').properties, false);
  });

  it('as committed, trusts a name that nobody can have', () => {
    assert.match(environments.production.account.github.owner, /--/);
  });

  it('a pull request can ask, and can do nothing', () => {
    const statements = statementsOf(template, 'coalition-builder-preview');
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
    for (const action of allowed) assert.match(action, /:(Create|Delete)ChangeSet$|:(Describe|Get|List|Validate)/);
    const denied = statements.filter(({ Effect }) => Effect === 'Deny').flatMap(({ Action }) => Action);
    assert.deepEqual(denied, [
      'cloudformation:CreateStack',
      'cloudformation:DeleteStack',
      'cloudformation:ExecuteChangeSet',
      'cloudformation:UpdateStack',
      'iam:*',
      'secretsmanager:GetSecretValue',
    ]);
  });

  it('a deploy hands CloudFormation its own tier’s role, and no other service any but the import’s', () => {
    for (const name of environmentNames) {
      const passes = statementsOf(template, `coalition-builder-deploy-${name}`).filter(({ Action }) =>
        Action.includes('iam:PassRole'),
      );
      const tier = name === 'production' ? 'Production' : 'Nonproduction';
      assert.deepEqual(
        passes.map(({ Condition }) => Condition?.StringEquals?.['iam:PassedToService']),
        ['cloudformation.amazonaws.com', 'ecs-tasks.amazonaws.com'],
      );
      assert.deepEqual(passes[0]?.Resource, { 'Fn::GetAtt': [`${tier}ExecutionRole`, 'Arn'] });
      assert.match(JSON.stringify(passes[1]?.Resource), new RegExp(`role/coalition-builder/${tier.toLowerCase()}/`));
    }
  });

  it('CloudFormation makes no role without the boundary, and never touches the boundary itself', () => {
    for (const tier of ['nonproduction', 'production']) {
      const statements = statementsOf(template, `coalition-builder-execution-${tier}`);
      const creating = statements.filter(({ Action }) => Action.includes('iam:CreateRole'));
      assert.equal(creating.length, 1);
      assert.deepEqual(creating[0]?.Condition, { StringEquals: { 'iam:PermissionsBoundary': { Ref: 'Boundary' } } });
      assert.ok(creating[0]?.Action.includes('iam:PutRolePolicy'));
      const actions = statements.flatMap(({ Action }) => Action);
      for (const action of [
        'iam:*',
        'iam:CreatePolicyVersion',
        'iam:DeleteRolePermissionsBoundary',
        'iam:CreateUser',
      ]) {
        assert.ok(!actions.includes(action), action);
      }
    }
  });

  it('the boundary leaves every role what its own policy gives it', () => {
    const within = new Set(policyCalled(template, 'Boundary').flatMap(({ Action }) => Action));
    const given = roles.flatMap(({ properties }) =>
      (properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(({ PolicyDocument }) =>
        PolicyDocument.Statement.flatMap(({ Action }) => Action),
      ),
    );
    assert.deepEqual(
      [...new Set(given)].filter((action) => !within.has(action)),
      [],
    );
  });

  it('CloudFormation may make every type that a template holds', () => {
    for (const tier of ['nonproduction', 'production']) {
      const services = new Set(
        [...statementsOf(template, `coalition-builder-execution-${tier}`), ...policyCalled(template, 'ExecutionPolicy')]
          .flatMap(({ Action }) => Action)
          .map((action) => action.split(':')[0]),
      );
      for (const type of types) assert.ok(services.has(type.split('::')[1]?.toLowerCase()), type);
    }
  });

  it('one tier’s role cannot reach the other tier’s data', () => {
    const resourcesOf = (tier: string) =>
      statementsOf(template, `coalition-builder-execution-${tier}`)
        .filter(({ Action }) => /"(rds|dynamodb|s3|secretsmanager|lambda):/.test(JSON.stringify(Action)))
        .flatMap(({ Resource }) => (Array.isArray(Resource) ? Resource : [Resource]))
        .map((resource) => JSON.stringify(resource))
        // Listing, what RDS makes under names of its own, and what is AWS's.
        .filter((resource) => resource !== '"*"' && !/rds!db-|:og:default:/.test(resource));
    for (const resource of resourcesOf('nonproduction')) assert.match(resource, /nonproduction|development|staging/);
    for (const resource of resourcesOf('production')) {
      assert.match(resource, /[:-]production|table\/coalition-builder-rate-limits"/);
    }
  });

  it('images are kept for longer than any version that runs on them, and cannot be overwritten', () => {
    for (const { properties } of resources(template, 'AWS::ECR::Repository')) {
      assert.equal(properties.ImageTagMutability, 'IMMUTABLE');
      const { LifecyclePolicyText } = properties.LifecyclePolicy as { LifecyclePolicyText: string };
      const [, kept] = JSON.parse(LifecyclePolicyText).rules;
      assert.deepEqual(kept.selection, {
        tagStatus: 'tagged',
        tagPrefixList: ['sha-'],
        countType: 'imageCountMoreThan',
        countNumber: 50,
      });
    }
  });

  it('lets API Gateway write logs, once for the region', () => {
    const role = resources(template, 'AWS::IAM::Role').find(({ id }) => id === 'ApiGatewayRole');
    assert.deepEqual(only(template, 'AWS::ApiGateway::Account').properties.CloudWatchRoleArn, {
      'Fn::GetAtt': [role?.id, 'Arn'],
    });
  });
});

function roleCalled(template: TemplateDocument, name: string): Properties {
  const found = resources(template, 'AWS::IAM::Role').find(({ properties }) => properties.RoleName === name);
  assert.ok(found, `no role ${name}`);
  return found.properties;
}

function trustOf(template: TemplateDocument, name: string): readonly Statement[] {
  return (roleCalled(template, name).AssumeRolePolicyDocument as { Statement: Statement[] }).Statement;
}

function statementsOf(template: TemplateDocument, name: string): readonly Statement[] {
  const policies = roleCalled(template, name).Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function policyCalled(template: TemplateDocument, id: string): readonly Statement[] {
  const found = resources(template, 'AWS::IAM::ManagedPolicy').find((policy) => policy.id === id);
  assert.ok(found, `no policy ${id}`);
  return (found.properties.PolicyDocument as { Statement: Statement[] }).Statement;
}
