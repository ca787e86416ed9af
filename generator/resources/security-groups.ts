/**
 * Who may talk to whom. Outgoing rules stand inside their group, because EC2 adds "everything, everywhere" to a group
 * that is made without any; incoming rules are resources of their own, because two groups that name each other inline
 * would wait for each other for ever. Neither direction is ever said in both places: an update would lose rules.
 *
 * A group's description cannot be changed: another wording replaces the group, and waits up to 45 minutes for the
 * network interfaces of functions to let go of the old one.
 */
import { ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { name, type Vpc } from './vpc.ts';

type SecurityGroup = Resource<'AWS::EC2::SecurityGroup'>;

const postgres = { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432 };
const submission = { IpProtocol: 'tcp', FromPort: 587, ToPort: 587 };
const nowhere = {
  IpProtocol: '-1',
  CidrIp: '127.0.0.1/32',
  Description: 'Nowhere: stands in for the allow-all that EC2 adds',
};
const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };

/** The database's: it answers, and opens no connection itself. */
export function dataSecurityGroup(template: Template, { vpc }: Vpc): SecurityGroup {
  return template.add('DataSecurityGroup', {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      VpcId: ref(vpc),
      GroupDescription: 'The database: answers on 5432, opens nothing',
      SecurityGroupEgress: [nowhere],
      Tags: name('data'),
    },
  });
}

/**
 * One that opens connections to the database and to HTTPS anywhere, and lets nothing in.
 * @param mail whether also to a mail server, on the port at which it takes mail from applications
 */
export function outboundSecurityGroup(
  template: Template,
  { vpc }: Vpc,
  group: 'App' | 'Import',
  data: SecurityGroup,
  mail = false,
): SecurityGroup {
  const added = template.add(`${group}SecurityGroup`, {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      VpcId: ref(vpc),
      GroupDescription: `${group}: opens 443 anywhere and 5432 to the database, lets nothing in`,
      SecurityGroupEgress: [
        { ...https, CidrIp: '0.0.0.0/0', Description: 'HTTPS over IPv4' },
        // Whether EC2 would add this one by itself depends on when the VPC got its IPv6 range; without it packets vanish.
        { ...https, CidrIpv6: '::/0', Description: 'HTTPS over IPv6' },
        { ...postgres, DestinationSecurityGroupId: ref(data), Description: 'PostgreSQL' },
        ...(mail
          ? [
              { ...submission, CidrIp: '0.0.0.0/0', Description: 'Mail over IPv4' },
              { ...submission, CidrIpv6: '::/0', Description: 'Mail over IPv6' },
            ]
          : []),
      ],
      Tags: name(group.toLowerCase()),
    },
  });
  template.add(`DataFrom${group}`, {
    Type: 'AWS::EC2::SecurityGroupIngress',
    Properties: {
      GroupId: ref(data),
      ...postgres,
      SourceSecurityGroupId: ref(added),
      Description: `PostgreSQL from ${group.toLowerCase()}`,
    },
  });
  return added;
}

/** Of interface endpoints: answers HTTPS to functions. */
export function endpointSecurityGroup(template: Template, { vpc }: Vpc, app: SecurityGroup): SecurityGroup {
  const added = template.add('EndpointSecurityGroup', {
    Type: 'AWS::EC2::SecurityGroup',
    Properties: {
      VpcId: ref(vpc),
      GroupDescription: 'Interface endpoints: answer on 443, open nothing',
      SecurityGroupEgress: [nowhere],
      Tags: name('endpoint'),
    },
  });
  template.add('EndpointFromApp', {
    Type: 'AWS::EC2::SecurityGroupIngress',
    Properties: { GroupId: ref(added), ...https, SourceSecurityGroupId: ref(app), Description: 'HTTPS from app' },
  });
  return added;
}
