import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CORE_SCHEMA, load, YAML11_SCHEMA } from 'js-yaml';
import { finish } from './document.ts';
import { aws, cidr, Expression, getAtt, getAZs, join, ref, select, sub } from './expression.ts';
import { readTemplate } from './read-yaml.ts';
import { defineStack } from './stack.ts';
import { Template } from './template.ts';
import { toYaml } from './yaml.ts';

describe('generator: the language', () => {
  it('writes what the author wrote, in CloudFormation’s order and short tags', () => {
    const template = new Template();
    const vpc = template.add('Vpc', { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } });
    template.add('Subnet', {
      Properties: {
        VpcId: ref(vpc),
        AvailabilityZone: select(0, getAZs()),
        Ipv6CidrBlock: select(1, cidr(select(0, getAtt(vpc, 'Ipv6CidrBlocks')), 2, 64)),
        Tags: [
          { Key: 'Name', Value: sub`${aws.stackName}-of-${ref(vpc)}-in-${getAtt(vpc, 'CidrBlock')}` },
          { Key: 'Literal', Value: sub`\${not} ${aws.region} ${`\${this}`}` },
          { Key: 'Both', Value: join('-', [aws.accountId, 'x']) },
        ],
      },
      DependsOn: [vpc],
      Ignore: { W1234: 'because' },
      Type: 'AWS::EC2::Subnet',
    });
    assert.equal(
      written(template, { zone: getAZs.name, ids: [ref(vpc), ref(vpc)] }),
      `AWSTemplateFormatVersion: '2010-09-09'
Description: a test
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
  Subnet:
    Type: AWS::EC2::Subnet
    Metadata:
      cfn-lint:
        config:
          ignore_checks:
          - W1234
      Reasons:
        W1234: because
    DependsOn:
    - Vpc
    Properties:
      VpcId: !Ref Vpc
      AvailabilityZone: !Select [0, !GetAZs '']
      Ipv6CidrBlock: !Select [1, !Cidr [!Select [0, !GetAtt Vpc.Ipv6CidrBlocks], 2, 64]]
      Tags:
      - Key: Name
        Value: !Sub \${AWS::StackName}-of-\${Vpc}-in-\${Vpc.CidrBlock}
      - Key: Literal
        Value: !Sub \${!not} \${AWS::Region} \${!this}
      - Key: Both
        Value: !Join ['-', [!Ref AWS::AccountId, x]]
Outputs:
  Zone:
    Value: getAZs
  Ids:
    Value: !Join [',', [!Ref Vpc, !Ref Vpc]]
`,
    );
  });

  it('quotes what a reader of YAML 1.1 would take for something else', () => {
    const texts = ['on', 'yes', 'n', '12:30', '2010-09-09', '010', '1e3', '1_000', '~', '', 'true', '0x1f', '<<', '='];
    const read = load(toYaml({ texts, on: { yes: 'no' } }), { schema: YAML11_SCHEMA });
    assert.deepEqual(read, { texts, on: { yes: 'no' } });
  });

  it('is read as it was written, whatever the texts are', () => {
    const word = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[-+.:#&*!|>'"%@`{}[\],?~=<0-9a-fxeEonyY_ \n\t]{0,12}$/),
      fc.constantFrom('a: b', '- a', 'a #b', '#a', 'a:', '?', '---', '...', '{{resolve:x}}', 'a\nb\n', ' a\n', 'a\n\n'),
    );
    const leaf = fc.oneof(word, fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(
          word.filter((key) => key !== '__proto__'),
          tie('tree'),
          { maxKeys: 3 },
        ),
      ),
    }));
    fc.assert(
      fc.property(
        fc.dictionary(
          word.filter((key) => key !== '__proto__'),
          tree,
          { minKeys: 1, maxKeys: 3 },
        ),
        (value) => {
          const written = toYaml(value);
          const plain = JSON.parse(JSON.stringify(value));
          assert.deepEqual(JSON.parse(JSON.stringify(load(written, { schema: CORE_SCHEMA }))), plain, written);
          assert.deepEqual(JSON.parse(JSON.stringify(load(written, { schema: YAML11_SCHEMA }))), plain, written);
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), (words) => {
        const read = readTemplate(toYaml({ Resources: new Expression('Join', ['', words]) }));
        assert.deepEqual(read.Resources, { 'Fn::Join': ['', words] });
      }),
      { numRuns: 300 },
    );
  });

  it('writes a value that is used twice twice', () => {
    const tags = [{ Key: 'a', Value: 'b' }];
    assert.equal(toYaml({ one: tags, two: tags }).includes('&'), false);
  });

  it('turns an output that is taken into a parameter, once', () => {
    const template = new Template();
    for (const id of ['A', 'B']) {
      template.add(id, {
        Type: 'AWS::RDS::DBSubnetGroup',
        Properties: { DBSubnetGroupDescription: id, SubnetIds: producer.output('subnetIds') },
      });
    }
    template.add('C', { Type: 'AWS::EC2::Subnet', Properties: { VpcId: producer.output('vpcId') } });
    const { value, imports } = finish(template, 'a test', {}, ({ name }) => ({ Type: name }));
    assert.deepEqual(
      imports.map(({ stack, output, parameter }) => [stack, output, parameter]),
      [
        ['the-network', 'SubnetIds', 'TheNetworkSubnetIds'],
        ['the-network', 'VpcId', 'TheNetworkVpcId'],
      ],
    );
    const document = readTemplate(toYaml(value));
    assert.deepEqual(document.Parameters, {
      TheNetworkSubnetIds: { Type: 'subnetIds' },
      TheNetworkVpcId: { Type: 'vpcId' },
    });
    assert.deepEqual(document.Resources.B?.Properties?.SubnetIds, { Ref: 'TheNetworkSubnetIds' });
  });

  it('refuses another stack’s resource, however deep it hides', () => {
    const foreign = new Template().add('Foreign', { Type: 'AWS::EC2::VPC', Properties: {} });
    const template = new Template();
    template.add('A', {
      Type: 'AWS::EC2::InternetGateway',
      Properties: { Tags: [{ Key: 'Name', Value: join('', [sub`of ${ref(foreign)}`]) }] },
    });
    assert.throws(() => written(template), /Foreign is another stack's; take it by output\(\)/);
    const other = new Template();
    other.add('B', { Type: 'AWS::EC2::InternetGateway', DependsOn: [foreign] });
    assert.throws(() => written(other), /Foreign/);
    assert.throws(() => written(new Template(), { id: ref(foreign) }), /Foreign/);
  });

  it('refuses logical ids that are taken or not allowed', () => {
    const template = new Template();
    template.add('A', { Type: 'AWS::EC2::InternetGateway' });
    assert.throws(() => template.add('A', { Type: 'AWS::EC2::InternetGateway' }), /Two resources .* called A/);
    assert.throws(() => template.add('A-1', { Type: 'AWS::EC2::InternetGateway' }), /cannot be a logical id/);
  });
});

const producer = defineStack({
  name: 'the-network',
  scope: 'tier',
  description: '',
  build(template) {
    const vpc = template.add('Vpc', { Type: 'AWS::EC2::VPC', Properties: {} });
    return { vpcId: ref(vpc), subnetIds: [ref(vpc)] };
  },
});

function written(template: Template, outputs = {}): string {
  return toYaml(finish(template, 'a test', outputs, () => ({ Type: 'String' })).value);
}
