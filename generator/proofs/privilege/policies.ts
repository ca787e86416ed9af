/** What holds of every policy, whoever's: its actions are AWS's, and it passes on no role that it does not name. */
import { ofType, type Place, type Platform } from '../../platform/platform.ts';
import { at, type Claim, claim, type Finding } from '../proof.ts';
import { actionsMatching } from './actions.ts';
import { documentOf, identitiesOf, listOf, managedPolicy, type Statement } from './identities.ts';

interface Placed {
  readonly place: Place;
  readonly statement: Statement;
}

const resourcePolicies: Readonly<Record<string, string>> = {
  'AWS::ECR::Repository': 'RepositoryPolicyText',
  'AWS::S3::BucketPolicy': 'PolicyDocument',
  'AWS::SNS::TopicPolicy': 'PolicyDocument',
};

export async function policyClaims(platform: Platform): Promise<readonly Claim[]> {
  const statements = statementsOf(platform);
  const owners = [...new Set(statements.map(({ place }) => place.stack.owner))];
  return Promise.all(
    owners.flatMap((owner) => {
      const own = statements.filter(({ place }) => place.stack.owner === owner);
      return [actionsExist(owner, own), Promise.resolve(passesNamedRoles(owner, own))];
    }),
  );
}

function statementsOf(platform: Platform): readonly Placed[] {
  return [
    ...identitiesOf(platform).flatMap(({ place, policies, trust }) =>
      [trust, ...policies.map(({ document }) => document)].flatMap(({ Statement }) =>
        Statement.map((statement) => ({ place, statement })),
      ),
    ),
    ...ofType(platform, 'AWS::IAM::ManagedPolicy').flatMap((place) =>
      managedPolicy(platform, place).document.Statement.map((statement) => ({ place, statement })),
    ),
    ...ofType(platform, ...Object.keys(resourcePolicies)).flatMap((place) => {
      const document = place.properties[resourcePolicies[place.type] ?? ''];
      return document ? documentOf(platform, place, document).Statement.map((statement) => ({ place, statement })) : [];
    }),
  ];
}

async function actionsExist(owner: string, statements: readonly Placed[]): Promise<Claim> {
  const actions = statements.flatMap(({ place, statement: { Action, NotAction } }) =>
    [...listOf(Action), ...listOf(NotAction)].map((action) => ({ place, action })),
  );
  const unknown = await Promise.all(
    actions.map(async ({ place, action }): Promise<Finding | false> => {
      return (await actionsMatching(action)).length === 0 && at(place, `names ${action}, which AWS does not know`);
    }),
  );
  return claim(
    owner,
    `every action that the policies of ${owner} name is one of AWS’s`,
    `${new Set(actions.map(({ action }) => action)).size} names`,
    unknown,
  );
}

function passesNamedRoles(owner: string, statements: readonly Placed[]): Claim {
  const passing = statements.filter(
    ({ statement: { Effect, Action } }) =>
      Effect === 'Allow' &&
      listOf(Action).some((action) => ['iam:PassRole', 'iam:*', 'iam:Pass*', '*'].includes(action)),
  );
  return claim(
    owner,
    `the policies of ${owner} pass on only roles that they name, to services that they name`,
    passing.length === 0
      ? 'none passes on a role'
      : passing.flatMap(({ statement }) => listOf(statement.Resource)).join(', '),
    passing.flatMap(({ place, statement: { Resource, Condition } }) => [
      listOf(Resource).some((arn) => !/:role\/[^*?]+(\/\*)?$/.test(arn)) &&
        at(place, `passes on any role: ${listOf(Resource).join(', ')}`),
      Condition?.StringEquals?.['iam:PassedToService'] === undefined && at(place, 'passes roles on to any service'),
    ]),
  );
}
