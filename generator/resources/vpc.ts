/** A dual-stack VPC. Its IPv6 range comes from AWS, so every IPv6 subnet has to wait for `ipv6`. */
import { aws, ref, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';

export interface Vpc {
  readonly vpc: Resource<'AWS::EC2::VPC'>;
  readonly ipv6: Resource<'AWS::EC2::VPCCidrBlock'>;
}

export function dualStackVpc(template: Template, cidr: string): Vpc {
  const vpc = template.add('Vpc', {
    Type: 'AWS::EC2::VPC',
    Properties: {
      CidrBlock: cidr,
      // Gateway endpoints are found by name: they need both.
      EnableDnsSupport: true,
      EnableDnsHostnames: true,
      Tags: name('vpc'),
    },
  });
  const ipv6 = template.add('VpcIpv6', {
    Type: 'AWS::EC2::VPCCidrBlock',
    Properties: { VpcId: ref(vpc), AmazonProvidedIpv6CidrBlock: true },
  });
  return { vpc, ipv6 };
}

/** What the console shows: `coalition-builder-production-network-app-1`. */
export function name(suffix: string) {
  return [{ Key: 'Name', Value: sub`${aws.stackName}-${suffix}` }];
}
