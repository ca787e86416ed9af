/** What must not compile. The compiler is the test: every `@ts-expect-error` that expects nothing is an error itself. */
import assert from 'node:assert/strict';
import { getAtt, getAZs, ref, select, sub } from './expression.ts';
import { defineStack } from './stack.ts';
import { Template } from './template.ts';

describe('generator: the language, as the compiler sees it', () => {
  it('refuses what CloudFormation would refuse', () => {
    const template = new Template();
    const vpc = template.add('Vpc', { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } });
    const gateway = template.add('Gateway', { Type: 'AWS::EC2::InternetGateway' });

    // @ts-expect-error: a type that nobody has
    template.add('A', { Type: 'AWS::EC2::Vpc' });
    // @ts-expect-error: an unknown property
    template.add('B', { Type: 'AWS::EC2::VPC', Properties: { CidrBlok: '10.0.0.0/16' } });
    // @ts-expect-error: a property of the wrong type
    template.add('C', { Type: 'AWS::EC2::VPC', Properties: { EnableDnsSupport: 'yes' } });
    // @ts-expect-error: a required property is missing
    template.add('D', { Type: 'AWS::EC2::Subnet', Properties: { CidrBlock: '10.0.0.0/24' } });
    // @ts-expect-error: required properties are missing altogether
    template.add('E', { Type: 'AWS::EC2::Subnet' });
    template.add('F', {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      // @ts-expect-error: an unknown property, one level down
      Properties: { KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH', Order: 1 }] },
    });

    // @ts-expect-error: a list where a text is wanted
    template.add('G', { Type: 'AWS::EC2::Subnet', Properties: { VpcId: getAtt(vpc, 'Ipv6CidrBlocks') } });
    // @ts-expect-error: a text where a list is wanted
    select(0, getAtt(vpc, 'CidrBlock'));
    // @ts-expect-error: an attribute that the type does not have
    getAtt(vpc, 'Arn');
    // @ts-expect-error: a name instead of a resource
    ref('Vpc');
    // @ts-expect-error: a name instead of a resource
    template.add('H', { Type: 'AWS::EC2::InternetGateway', DependsOn: ['Vpc'] });
    // @ts-expect-error: a resource, where a reference to it is wanted
    sub`${vpc}`;
    // @ts-expect-error: a list inside a text
    sub`${getAtt(vpc, 'Ipv6CidrBlocks')}`;

    template.add('Good', {
      Type: 'AWS::EC2::Subnet',
      DependsOn: [gateway],
      Properties: {
        VpcId: ref(vpc),
        AvailabilityZone: select(0, getAZs()),
        Tags: [{ Key: 'Of', Value: sub`${ref(vpc)}` }],
      },
    });
  });

  it('asks what becomes of the data', () => {
    const template = new Template();
    // @ts-expect-error: a table without policies
    template.add('A', { Type: 'AWS::DynamoDB::Table', Properties: { KeySchema: [] } });
    // @ts-expect-error: a table with only one of the two
    template.add('B', { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain', Properties: { KeySchema: [] } });
    // @ts-expect-error: a database that would go with its stack
    template.add('C', { Type: 'AWS::RDS::DBInstance', DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    // @ts-expect-error: a bare secret
    template.add('D', { Type: 'AWS::SecretsManager::Secret', Properties: {} });
    // @ts-expect-error: a log group, too, has to say it
    template.add('E', { Type: 'AWS::Logs::LogGroup', Properties: {} });
    template.add('F', {
      Type: 'AWS::Logs::LogGroup',
      DeletionPolicy: 'RetainExceptOnCreate',
      // @ts-expect-error: CloudFormation knows this one for deletion only
      UpdateReplacePolicy: 'RetainExceptOnCreate',
    });
    // @ts-expect-error: a bucket that would go with its stack
    template.add('H', { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    // @ts-expect-error: images that a rollback needs
    template.add('I', { Type: 'AWS::ECR::Repository', Properties: {} });
    // @ts-expect-error: a version that the next release would delete
    template.add('J', { Type: 'AWS::Lambda::Version', Properties: { FunctionName: 'f' } });
    // @ts-expect-error: a type without data has no policies to say
    template.add('G', { Type: 'AWS::EC2::VPC', DeletionPolicy: 'Delete', Properties: {} });
    template.add('Good', { Type: 'AWS::RDS::DBInstance', DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' });
  });

  it("refuses another stack's output that is not there, and a list for a text", () => {
    const producer = defineStack({
      name: 'producer',
      scope: 'tier',
      description: '',
      build(template) {
        const vpc = template.add('Vpc', { Type: 'AWS::EC2::VPC', Properties: {} });
        return { vpcId: ref(vpc), vpcIds: [ref(vpc)] };
      },
    });
    const template = new Template();
    // @ts-expect-error: a wrong name
    producer.output('vpcid');
    // @ts-expect-error: a list where a text is wanted
    template.add('A', { Type: 'AWS::EC2::Subnet', Properties: { VpcId: producer.output('vpcIds') } });
    template.add('Good', { Type: 'AWS::EC2::Subnet', Properties: { VpcId: producer.output('vpcId') } });
    defineStack({
      name: 'nosy',
      scope: 'tier',
      description: '',
      // @ts-expect-error: a tier's stack does not know which environment asked for it
      build: (_, { environment }) => ({ name: environment.name }),
    });
    assert.equal(template.resources.size, 2);
  });
});
