/** Two subnets of 256 addresses in two zones, and the one route table that they share with no other pair. */
import { subnet24 } from '../../environments/cidr.ts';
import { getAtt, getAZs, cidr as ranges, ref, select } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { name, type Vpc } from './vpc.ts';

export interface Subnets {
  readonly subnets: readonly [Resource<'AWS::EC2::Subnet'>, Resource<'AWS::EC2::Subnet'>];
  readonly routeTable: Resource<'AWS::EC2::RouteTable'>;
}

interface Layout {
  /** The range of the VPC. */
  readonly cidr: string;
  /** Which /24 of it the first subnet takes; the second takes the next one. */
  readonly offset: number;
  /** IPv6 addresses beside the IPv4 ones, out of the VPC's AWS-given /56. */
  readonly dualStack: boolean;
}

export function subnets(template: Template, { vpc, ipv6 }: Vpc, group: string, layout: Layout): Subnets {
  const routeTable = template.add(`${group}RouteTable`, {
    Type: 'AWS::EC2::RouteTable',
    Properties: { VpcId: ref(vpc), Tags: name(group.toLowerCase()) },
  });
  const subnet = (zone: 0 | 1) => {
    const added = template.add(`${group}Subnet${zone + 1}`, {
      Type: 'AWS::EC2::Subnet',
      ...(layout.dualStack && { DependsOn: [ipv6] }),
      Properties: {
        VpcId: ref(vpc),
        AvailabilityZone: select(zone, getAZs()),
        CidrBlock: subnet24(layout.cidr, layout.offset + zone),
        MapPublicIpOnLaunch: false,
        ...(layout.dualStack && {
          Ipv6CidrBlock: select(zone, ranges(select(0, getAtt(vpc, 'Ipv6CidrBlocks')), 2, 64)),
          AssignIpv6AddressOnCreation: true,
        }),
        Tags: name(`${group.toLowerCase()}-${zone + 1}`),
      },
    });
    template.add(`${group}Subnet${zone + 1}Routes`, {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: ref(added), RouteTableId: ref(routeTable) },
    });
    return added;
  };
  return { subnets: [subnet(0), subnet(1)], routeTable };
}
