import assert from 'node:assert/strict';
import { allow, deny, joined, type Statement } from './policy.ts';

describe('generator: statements that are joined', () => {
  const statements = [
    allow(['lambda:GetAlias', 'lambda:UpdateAlias'], 'arn:lambda:one'),
    allow(['s3:GetObject'], ['arn:s3:one', 'arn:s3:two']),
    allow(['ecr:GetAuthorizationToken'], '*'),
    allow(['lambda:DeleteFunction'], 'arn:lambda:two'),
    allow(['iam:PassRole'], 'arn:iam:one', { StringEquals: { 'iam:PassedToService': 'x' } }),
    deny(['sns:*'], 'arn:sns:one'),
    allow(['s3:PutObject', 'rds:StartDBInstance'], ['arn:s3:three', 'arn:rds:one']),
  ];

  /** Each action with each resource of its service: what IAM makes of them. */
  const allowed = (all: readonly Statement[]) =>
    all
      .flatMap(({ Effect, Action, Resource, Condition }) =>
        [Action].flat().flatMap((action) =>
          [Resource]
            .flat()
            .filter((arn) => arn === '*' || String(arn).split(':')[1] === String(action).split(':')[0])
            .map((arn) => JSON.stringify([Effect, action, arn, Condition])),
        ),
      )
      .sort();

  it('allow what they did, in fewer', () => {
    const fewer = joined(statements);
    assert.deepEqual(allowed(fewer), allowed(statements));
    assert.equal(fewer.length, 5);
  });

  it('keep apart two of one service, what has a condition, what takes no resource, and what is denied', () => {
    assert.deepEqual(joined(statements), [
      allow(['lambda:GetAlias', 'lambda:UpdateAlias', 's3:GetObject'], ['arn:lambda:one', 'arn:s3:one', 'arn:s3:two']),
      statements[2],
      allow(
        ['lambda:DeleteFunction', 's3:PutObject', 'rds:StartDBInstance'],
        ['arn:lambda:two', 'arn:s3:three', 'arn:rds:one'],
      ),
      statements[4],
      statements[5],
    ]);
  });
});
