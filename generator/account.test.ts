/** What an account trusts before anything is deployed to it, and how far. */
import assert from 'node:assert/strict';
import { environmentNames, environments } from '../environments/index.ts';
import { assembled } from '../environments/testing/written.ts';
import { readTemplate, type TemplateDocument } from './cloudformation/read-yaml.ts';
import { compile, compileAccount, placeholderRelease } from './compile.ts';
import { platformOf } from './platform/platform.ts';
import { limits } from './proofs/limits.ts';
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
  // With everything that an environment may ask for.
  const greedy = assembled({
    'tiers.production.outbound': { geocoder: 'census', spamCheck: 'akismet' },
    'environments.production.mail': { from: 'no-reply@example.org' },
    'tiers.nonproduction.outbound': { geocoder: 'amazon-location' },
    'tiers.nonproduction.database.stopHours': { start: '07:30', stop: '19:00', timeZone: 'America/New_York' },
  });
  for (const environment of [greedy.staging, greedy.production])
    deployed.push(...compile(environment, placeholderRelease).map(({ body }) => readTemplate(body)));
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
      'repo:a-coalition/site:environment:preview',
      'repo:a-coalition@123/site@456:environment:preview',
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
    const allows = statements.filter(({ Effect }) => Effect === 'Allow');
    // The only thing that it writes is a template too large to be sent, where no deploy reads.
    const writes = allows.filter(({ Action }) => Action.includes('s3:PutObject'));
    assert.match(JSON.stringify(writes.map(({ Resource }) => Resource)), /^\[[^,]*\/templates\/preview\/\*"[^,]*\]$/);
    const allowed = allows.filter((statement) => !writes.includes(statement)).flatMap(({ Action }) => Action);
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
      const boundary = { Ref: tier === 'production' ? 'ProductionBoundary' : 'NonproductionBoundary' };
      assert.deepEqual(creating[0]?.Condition, { StringEquals: { 'iam:PermissionsBoundary': boundary } });
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
    const within = new Set(policyCalled(template, 'ProductionBoundary').flatMap(({ Action }) => Action));
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

  it('one tier’s boundary covers nothing that is called as the other tier’s, and no secret of its database', () => {
    const others = { Nonproduction: ['production'], Production: ['nonproduction', 'development', 'staging'] };
    for (const [tier, foreign] of Object.entries(others)) {
      const statements = policyCalled(template, `${tier}Boundary`);
      const patterns = statements
        .filter(({ Condition }) => Condition?.StringEquals === undefined)
        .flatMap(({ Resource }) => (Array.isArray(Resource) ? Resource : [Resource]))
        .map((resource) => (resource as { readonly 'Fn::Sub'?: string })['Fn::Sub'])
        .filter((pattern) => pattern !== undefined)
        .map((pattern) => filledIn(pattern).split(':').slice(5).join(':'));
      for (const owner of foreign) {
        const table = owner === 'production' ? '' : `-${owner}`;
        for (const name of [
          `secret:coalition-builder-${owner}-database-AbCdEf`,
          `secret:coalition-builder-${owner}-secret-key-AbCdEf`,
          'secret:rds!db-0a1b2c3d-AbCdEf',
          `table/coalition-builder-rate-limits${table}`,
          `coalition-builder-media-${owner}-111122223333`,
          `coalition-builder-static-${owner}-111122223333/index.html`,
          `db:coalition-builder-${owner}`,
          'coalition-builder-deployments-111122223333-us-east-1/releases/x.json',
          `coalition-builder-deployments-111122223333-us-east-1/tiger/${owner}/cb_2024_us_county_20m.zip`,
        ]) {
          assert.deepEqual(
            patterns.filter((pattern) => matches(pattern, name)),
            [],
            `${tier}: ${name}`,
          );
        }
      }
      const [managed, ...more] = statements.filter(({ Condition }) => Condition?.StringEquals);
      assert.equal(more.length, 0);
      assert.match(
        JSON.stringify(managed?.Condition),
        new RegExp(`ResourceTag/aws:rds:primaryDBInstanceArn":.*:db:coalition-builder-${tier.toLowerCase()}"`),
      );
    }
  });

  it('one tier’s boundary covers what its own environments have', () => {
    const text = JSON.stringify(policyCalled(template, 'NonproductionBoundary'));
    for (const name of ['development', 'staging']) {
      for (const owned of [`:secret:coalition-builder-${name}-*"`, `:s3:::coalition-builder-media-${name}-*"`]) {
        assert.ok(text.includes(owned), owned);
      }
    }
  });

  it('CloudFormation may make every type that a template holds', () => {
    for (const tier of ['nonproduction', 'production']) {
      const services = new Set(
        statementsOf(template, `coalition-builder-execution-${tier}`)
          .flatMap(({ Action }) => Action)
          .map((action) => action.split(':')[0]),
      );
      for (const type of types) assert.ok(services.has(type.split('::')[1]?.toLowerCase()), type);
    }
  });

  it('CloudFormation may tag what it makes with the stack’s tags, and take them off again', () => {
    const actions = statementsOf(template, 'coalition-builder-execution-production').flatMap(({ Action }) => Action);
    for (const service of ['budgets', 'cloudfront', 'cloudwatch', 'logs', 'xray']) {
      for (const verb of ['TagResource', 'UntagResource']) assert.ok(actions.includes(`${service}:${verb}`), service);
    }
  });

  it('one tier’s role cannot touch what is called as the other tier’s', () => {
    const owned = {
      nonproduction: ['nonproduction', 'development', 'staging'],
      production: ['production'],
    };
    // What RDS names itself, what is AWS's, what both tiers pull; bare names are production's.
    const neither = /secret:rds!db-|:og:default:|aws-service-role|repository\/|route53:::change|:apigateway:/;
    const bare = /coalition-builder-(rate-limits|geodata-import)(:\*)?$/;
    for (const [tier, owners] of Object.entries(owned)) {
      const patterns = statementsOf(template, `coalition-builder-execution-${tier}`)
        .flatMap(({ Resource }) => (Array.isArray(Resource) ? Resource : [Resource]))
        .flatMap((resource) => (resource as { readonly 'Fn::Sub'?: string })['Fn::Sub'] ?? [])
        .filter((pattern) => !neither.test(pattern));
      assert.ok(patterns.length > 25);
      const ofOwners = new RegExp(`[:/-](${owners.join('|')})([-/:*]|$)`);
      for (const pattern of patterns) {
        assert.ok(ofOwners.test(pattern) || (tier === 'production' && bare.test(pattern)), `${tier}: ${pattern}`);
      }
    }
  });

  it('one tier’s role cannot touch what carries the other tier’s tag, where AWS gives ids for names', () => {
    for (const tier of ['nonproduction', 'production']) {
      const open = statementsOf(template, `coalition-builder-execution-${tier}`).filter(
        ({ Resource, Condition }) => Resource === '*' && Condition?.StringLike?.['kms:ViaService'] === undefined,
      );
      const conditional = open.filter(({ Condition }) => Condition);
      assert.deepEqual(
        conditional.map(({ Condition }) => Condition),
        [{ StringEqualsIfExists: { 'aws:ResourceTag/Tier': tier } }],
      );
      const looking =
        /:(Describe|Get|List)|^ecs:DeregisterTaskDefinition$|^logs:(Create|Delete|Update)LogDelivery$|^logs:PutResourcePolicy$/;
      for (const { Action, Condition } of open) {
        for (const action of [Action].flat()) assert.ok(Condition !== undefined || looking.test(action), action);
      }
    }
    for (const { stackName, tags } of environmentNames.flatMap((name) =>
      compile(environments[name], placeholderRelease),
    )) {
      assert.equal(tags.Tier, /nonproduction|development|staging/.test(stackName) ? 'nonproduction' : 'production');
    }
  });

  it('CloudFormation is let at DNS where a domain has a zone of ours, at that name only', () => {
    const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/1234-abcd';
    const [withZone] = compileAccount(
      assembled({
        'environments.production.api.domain': {
          name: 'api.example.org',
          certificateArn,
          hostedZoneId: 'Z123456ABCDEF',
        },
      }),
    );
    const records = (of: TemplateDocument, tier: string) =>
      statementsOf(of, `coalition-builder-execution-${tier}`).filter(({ Action }) =>
        Action.includes('route53:ChangeResourceRecordSets'),
      );
    const zoned = readTemplate(withZone?.body ?? '');
    assert.deepEqual(
      records(zoned, 'production').map(({ Resource, Condition }) => [Resource, Condition]),
      [
        [
          [{ 'Fn::Sub': `arn:\${AWS::Partition}:route53:::hostedzone/Z123456ABCDEF` }],
          {
            'ForAllValues:StringEquals': {
              'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['api.example.org'],
            },
          },
        ],
      ],
    );
    assert.deepEqual([...records(zoned, 'nonproduction'), ...records(template, 'production')], []);
  });

  it('fits what CloudFormation and IAM take with the longest names that GitHub allows, and room to grow', () => {
    const github = {
      owner: 'o'.repeat(39),
      repository: 'r'.repeat(100),
      ownerId: '9'.repeat(12),
      repositoryId: '9'.repeat(12),
    };
    const [longest] = compileAccount(assembled({ 'account.github': github }));
    assert.ok(longest);
    const bytes = Buffer.byteLength(longest.body);
    assert.ok(bytes > Buffer.byteLength(stack.body) + 500, 'the names are in it');
    assert.ok(bytes < 49_000, `${bytes} of 51,200 bytes; there is no bucket yet from which it could be read instead`);
    const platform = platformOf(new Map([[longest.path, readTemplate(longest.body)]]));
    const { claims } = limits(platform, new Map([[longest.path, longest.body]]));
    assert.deepEqual(
      claims.flatMap(({ findings }) => findings),
      [],
    );
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

function filledIn(pattern: string): string {
  const values: Readonly<Record<string, string>> = { Partition: 'aws', Region: 'us-east-1', AccountId: '111122223333' };
  return pattern.replace(/\$\{AWS::(\w+)\}/g, (_, name: string) => values[name] ?? '*');
}

/** As IAM compares: `*` is anything, everything else is itself. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  return new RegExp(`^${parts.map((part) => part.replace(/[^\w]/g, '\\$&')).join('.*')}$`).test(name);
}

function roleCalled(template: TemplateDocument, name: string): Properties {
  const found = resources(template, 'AWS::IAM::Role').find(({ properties }) => properties.RoleName === name);
  assert.ok(found, `no role ${name}`);
  return found.properties;
}

function trustOf(template: TemplateDocument, name: string): readonly Statement[] {
  return (roleCalled(template, name).AssumeRolePolicyDocument as { Statement: Statement[] }).Statement;
}

/** Of its own policy and of those that it shares, filled in as IAM does: with the tags of the role. */
function statementsOf(template: TemplateDocument, name: string): readonly Statement[] {
  const {
    Policies,
    ManagedPolicyArns = [],
    Tags = [],
  } = roleCalled(template, name) as {
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
    readonly ManagedPolicyArns?: readonly { readonly Ref: string }[];
    readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  };
  const own = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const shared = ManagedPolicyArns.flatMap(({ Ref }) => policyCalled(template, Ref));
  const filled = Tags.reduce(
    // `${!` is how !Sub writes a literal `${`.
    (text, { Key, Value }) => text.replace(new RegExp(`\\$\\{!?aws:PrincipalTag/${Key}\\}`, 'g'), Value),
    JSON.stringify(shared),
  );
  assert.doesNotMatch(filled, /PrincipalTag/, `${name} lacks a tag that its policies are filled in with`);
  return [...own, ...(JSON.parse(filled) as Statement[])];
}

function policyCalled(template: TemplateDocument, id: string): readonly Statement[] {
  const found = resources(template, 'AWS::IAM::ManagedPolicy').find((policy) => policy.id === id);
  assert.ok(found, `no policy ${id}`);
  return (found.properties.PolicyDocument as { Statement: Statement[] }).Statement;
}
