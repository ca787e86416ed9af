import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { simulate, topic } from '../fixture.ts';
import { startSimulator } from '../simulator.ts';
import { inputOf, operations, outputOf } from './model.ts';
import { readQuery } from './query.ts';
import { resultXml } from './xml.ts';

const signature = `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;

async function post(url: string, fields: Record<string, string>) {
  const body = new URLSearchParams(fields);
  const response = await fetch(url, { method: 'POST', body, headers: { authorization: signature } });
  return { status: response.status, text: await response.text() };
}

describe('simulated CloudFormation: protocol', () => {
  it('P1 answers in XML of the Query protocol', async () => {
    await using sim = await simulate();
    const stackId = await sim.deploy('a', { Resources: { Topic: topic } });
    const { status, text } = await post(sim.url, { Action: 'DescribeStacks', StackName: 'a' });
    assert.equal(status, 200);
    assert.match(text, /^<DescribeStacksResponse xmlns="http:\/\/cloudformation\.amazonaws\.com\/doc\/2010-05-15\/">/);
    assert.ok(
      text.includes(`<Stacks><member><StackName>a</StackName><CreationTime>2026-01-01T00:00:00.000Z</CreationTime>`),
    );
    assert.ok(text.includes(`<StackId>${stackId}</StackId>`));
    assert.match(
      text,
      /<ResponseMetadata><RequestId>[0-9a-f-]{36}<\/RequestId><\/ResponseMetadata><\/DescribeStacksResponse>$/,
    );
  });

  it('P2 answers errors in XML of the Query protocol', async () => {
    await using sim = await simulate();
    const { status, text } = await post(sim.url, { Action: 'DescribeStacks', StackName: 'a&b' });
    assert.equal(status, 400);
    assert.match(
      text,
      /^<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>ValidationError<\/Code><Message>Stack with id a&amp;b does not exist<\/Message><\/Error><RequestId>[0-9a-f-]{36}<\/RequestId><\/ErrorResponse>$/,
    );
  });

  it('P3 names a required member that is missing', async () => {
    await using sim = await simulate();
    const { text } = await post(sim.url, { Action: 'CreateChangeSet', StackName: 'a' });
    assert.match(text, /Value null at 'changeSetName' failed to satisfy constraint: Member must not be null/);
  });

  it('P4 pages by two, and takes no token but its own', async () => {
    await using sim = await simulate();
    const { ChangeSetName } = await sim.create('a', { Resources: { A: topic, B: topic, C: topic, D: topic } });
    const first = await sim.aws.describeChangeSet({ ChangeSetName });
    const names = (page: typeof first) => page.Changes?.map(({ ResourceChange }) => ResourceChange?.LogicalResourceId);
    assert.deepEqual(names(first), ['A', 'B']);
    const second = await sim.aws.describeChangeSet({ ChangeSetName, NextToken: first.NextToken });
    assert.deepEqual([names(second), second.NextToken], [['C', 'D'], undefined]);
    await assert.rejects(sim.aws.describeChangeSet({ ChangeSetName, NextToken: 'x' }), /NextToken/);
  });

  it('P5 refuses what it does not simulate by name', async () => {
    await using sim = await simulate();
    await assert.rejects(sim.aws.updateStack({ StackName: 'a' }), {
      name: 'NotSimulated',
      message: 'This is a simulator of CloudFormation, and it does not simulate the action UpdateStack.',
    });
  });

  it('P6 cannot answer what the service model does not have', () => {
    const shape = outputOf('CreateChangeSet');
    assert.throws(
      () => resultXml('CreateChangeSet', shape, { Id: 'a', Colour: 'red' }, ''),
      /Colour: the service model has no such/,
    );
    assert.throws(() => resultXml('CreateChangeSet', shape, { Id: 1 }, ''), /Id must be a string/);
    const stacks = outputOf('DescribeStacks');
    assert.throws(
      () => resultXml('DescribeStacks', stacks, { Stacks: [{}] }, ''),
      /StackName: the service model requires it/,
    );
    for (const action of Object.keys(operations) as (keyof typeof operations)[]) {
      assert.equal(inputOf(action).kind, 'structure', action);
    }
  });

  it('reads lists, structures and booleans of a request by the model', () => {
    const fields = new URLSearchParams(
      'StackName=a&ChangeSetName=b&Tags.member.2.Key=y&Tags.member.2.Value=2&Tags.member.1.Key=x&Tags.member.1.Value=1&UsePreviousTemplate=true&Capabilities=',
    );
    assert.deepEqual(readQuery(inputOf('CreateChangeSet'), fields), {
      StackName: 'a',
      ChangeSetName: 'b',
      UsePreviousTemplate: true,
      Capabilities: [],
      Tags: [
        { Key: 'x', Value: '1' },
        { Key: 'y', Value: '2' },
      ],
    });
  });

  it('is read by the SDK as it was meant, with every awkward character', async () => {
    await using sim = await simulate();
    const awkward = ' <a href="x">&amp;</a>\r\n\t ü 漢 \u2028 ]]>';
    const { ChangeSetName } = await sim.create(
      'a',
      { Resources: { Topic: topic }, Outputs: { Awkward: { Value: awkward } } },
      { Description: awkward, Tags: [{ Key: 'k', Value: awkward }] },
    );
    const { $metadata, ...described } = await sim.aws.describeChangeSet({ ChangeSetName });
    assert.equal($metadata.httpStatusCode, 200);
    assert.deepEqual(described, {
      ChangeSetName: 'changes-1',
      ChangeSetId: ChangeSetName,
      StackId: described.StackId,
      StackName: 'a',
      CreationTime: new Date(Date.UTC(2026, 0, 1)),
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Description: awkward,
      IncludeNestedStacks: false,
      Parameters: [],
      Capabilities: [],
      Tags: [{ Key: 'k', Value: awkward }],
      NotificationARNs: [],
      RollbackConfiguration: {},
      Changes: [
        {
          Type: 'Resource',
          ResourceChange: {
            Action: 'Add',
            LogicalResourceId: 'Topic',
            ResourceType: 'AWS::SNS::Topic',
            Scope: [],
            Details: [],
          },
        },
      ],
    });
  });

  const run = promisify(execFile);
  it('P7 works with the real aws command (skipped where there is none)', async function () {
    this.timeout(60_000);
    await using sim = await startSimulator({ stepMs: 1 });
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      AWS_ENDPOINT_URL: sim.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
      ...(process.env.PYENV_ROOT && { PYENV_ROOT: process.env.PYENV_ROOT }),
    };
    const aws = (...words: string[]) => run('aws', ['cloudformation', ...words, '--output', 'json'], { env });
    if (!(await run('aws', ['--version'], { env }).catch(() => undefined))) return this.skip();
    const named = ['--stack-name', 'a', '--change-set-name', 'b'];
    const template = JSON.stringify({
      Resources: { A: topic, B: topic, C: topic },
      Outputs: { Topic: { Value: { Ref: 'A' } } },
    });
    await aws('create-change-set', ...named, '--change-set-type', 'CREATE', '--template-body', template);
    const described = JSON.parse((await aws('describe-change-set', ...named)).stdout);
    assert.deepEqual([described.Status, described.Changes.length], ['CREATE_COMPLETE', 3]);
    await aws('execute-change-set', ...named);
    const { stdout } = await aws('describe-stacks', '--stack-name', 'a');
    const [stack] = JSON.parse(stdout).Stacks;
    assert.equal(stack.StackStatus, 'CREATE_COMPLETE');
    assert.deepEqual(stack.Outputs, [{ OutputKey: 'Topic', OutputValue: stack.Outputs[0].OutputValue }]);
    await assert.rejects(
      aws('describe-stacks', '--stack-name', 'z'),
      /\(ValidationError\).*Stack with id z does not exist/,
    );
  });
});
