/** Ways out of a VPC that are paid for. Gateway endpoints and egress-only gateways are not. */
import { type Meter, tierUse, UnknownUse } from '../meter.ts';

const natGateway: Meter = ({ stack }, use) => [
  { price: 'vpc.nat', quantity: use.workload.hoursPerMonth, what: 'a NAT gateway' },
  { price: 'vpc.natTraffic', quantity: tierUse(use, stack).egressGB, what: 'through it' },
];

const address: Meter = (_, use) => [
  { price: 'vpc.ipv4', quantity: use.workload.hoursPerMonth, what: 'a public address' },
];

const endpoint: Meter = ({ stack, properties }, use) => {
  // Gateway is what EC2 makes where nothing is said.
  const { VpcEndpointType: kind = 'Gateway', SubnetIds: subnets = [] } = properties;
  if (kind === 'Gateway') return [];
  if (kind !== 'Interface' || !Array.isArray(subnets))
    throw new UnknownUse(`an endpoint of type ${kind} has no price here`);
  return [
    {
      price: 'vpc.endpoint',
      quantity: subnets.length * use.workload.hoursPerMonth,
      what: `${subnets.length} zone${subnets.length === 1 ? '' : 's'}`,
    },
    { price: 'vpc.endpointTraffic', quantity: tierUse(use, stack).egressGB, what: 'through it' },
  ];
};

const zone: Meter = () => [{ price: 'route53.zone', quantity: 1, what: 'a zone' }];

export const network: Readonly<Record<string, Meter>> = {
  'AWS::EC2::NatGateway': natGateway,
  'AWS::EC2::EIP': address,
  'AWS::EC2::VPCEndpoint': endpoint,
  'AWS::Route53::HostedZone': zone,
};
