/**
 * The VPC of a tier. Functions sit in `app` subnets and reach the internet over IPv6 only, which costs nothing; the
 * database sits in `data` subnets, which lead nowhere; imports of boundaries run in `public` subnets, with a public
 * IPv4 address for as long as they last.
 */
import { ref } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import {
  egressOnlyGateway,
  gatewayEndpoint,
  interfaceEndpoint,
  internetGateway,
  natGateway,
} from '../resources/gateways.ts';
import { dataSecurityGroup, endpointSecurityGroup, outboundSecurityGroup } from '../resources/security-groups.ts';
import { subnets } from '../resources/subnets.ts';
import { dualStackVpc } from '../resources/vpc.ts';

export const network = defineStack({
  name: 'network',
  scope: 'tier',
  description: 'Coalition Builder: the VPC of a tier, its subnets, ways out and security groups',
  build(template, { tier }) {
    const { cidr, egress } = tier.network;
    const vpc = dualStackVpc(template, cidr);

    // 16 apart, so that each group can grow into further zones.
    const app = subnets(template, vpc, 'App', { cidr, offset: 0, dualStack: true });
    const data = subnets(template, vpc, 'Data', { cidr, offset: 16, dualStack: false });
    const open = subnets(template, vpc, 'Public', { cidr, offset: 32, dualStack: false });

    if (egress !== 'interface-endpoints') egressOnlyGateway(template, vpc, app);
    const attachment = internetGateway(template, vpc, open);
    if (egress === 'nat') natGateway(template, attachment, open, app);
    gatewayEndpoint(template, vpc, 's3', [app, open]);
    gatewayEndpoint(template, vpc, 'dynamodb', [app, open]);

    const dataGroup = dataSecurityGroup(template, vpc);
    const appGroup = outboundSecurityGroup(template, vpc, 'App', dataGroup, tier.outbound.smtp !== undefined);
    if (egress === 'interface-endpoints') {
      interfaceEndpoint(template, vpc, 'secretsmanager', app, endpointSecurityGroup(template, vpc, appGroup));
    }
    const importGroup = outboundSecurityGroup(template, vpc, 'Import', dataGroup);

    return {
      vpcId: ref(vpc.vpc),
      appSubnetIds: app.subnets.map(ref),
      dataSubnetIds: data.subnets.map(ref),
      publicSubnetIds: open.subnets.map(ref),
      appSecurityGroupId: ref(appGroup),
      importSecurityGroupId: ref(importGroup),
      dataSecurityGroupId: ref(dataGroup),
    };
  },
});
