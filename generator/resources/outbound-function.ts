/**
 * What speaks IPv4 only is out of reach of functions in the VPC, whose way out is IPv6. Another function, outside it,
 * fetches for them: it has no database, no secret and no right but to write its log, and asks the hosts that it is given.
 */
import type { Environment, Tier } from '../../environments/index.ts';
import type { Release } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { outboundFunctionName } from '../names.ts';
import { containerFunction } from './container-function.ts';
import { type OutboundVariables, set } from './variables.ts';

/** @returns host names, or `*` for any; none where everything is reached without it */
export function fetchedHosts({ network, outbound }: Tier): readonly string[] {
  // Through NAT, and from outside a VPC, functions reach IPv4 themselves.
  if (!network.vpc || network.egress !== 'ipv6') return [];
  if (outbound.webhooks === 'any') return ['*'];
  return [
    ...(outbound.geocoder === 'census' ? ['geocoding.geo.census.gov'] : []),
    ...(outbound.spamCheck === 'akismet' ? ['rest.akismet.com'] : []),
  ];
}

export function outboundFunction(template: Template, environment: Environment, release: Release): void {
  const hosts = fetchedHosts(environment.tier);
  if (hosts.length === 0) return;
  const variables: OutboundVariables = { OUTBOUND_HOSTS: hosts.join(',') };
  containerFunction(
    template,
    { environment, release },
    {
      id: 'Outbound',
      name: outboundFunctionName(environment.name),
      handler: 'outbound.handler',
      memoryMB: 256,
      // The one who asks has 29 seconds for everything.
      timeoutSeconds: 20,
      place: undefined,
      variables: set(variables),
      statements: [],
    },
  );
}
