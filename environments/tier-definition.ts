/** What a file of `tiers/` may say: the network, database and table that a tier's environments share. */
import * as z from 'zod/mini';
import { contains, parseCidr } from './cidr.ts';
import { databaseDefinition } from './database-definition.ts';
import { flag, hostName, oneOf, otherwise, record, rule, text, whole } from './fields.ts';

const network = record({
  vpc: flag('whether functions sit in a private network; only a database elsewhere can do without'),
  cidr: text(
    isPrivateRange,
    'a private IPv4 range from /16 to /18 whose address is its first, like "10.20.0.0/16"',
    'the range of the VPC; it holds three groups of /24 subnets, 16 apart',
  ),
  egress: oneOf(
    ['ipv6', 'interface-endpoints', 'nat'],
    'what functions reach beyond the VPC: "ipv6" is free and reaches whatever speaks it, "interface-endpoints" reaches AWS only for about 7 dollars a month each, "nat" adds IPv4 for about 37',
  ),
});

const outbound = record({
  geocoder: otherwise(
    oneOf(
      ['none', 'census', 'amazon-location'],
      'who turns addresses into coordinates: the Census Bureau, free and over IPv4 only, or Amazon Location, which also suggests while somebody types, for half a cent an address',
    ),
    'none',
  ),
  spamCheck: otherwise(
    oneOf(['none', 'akismet'], 'who else judges what is submitted; Akismet answers over IPv4 only, and wants a key'),
    'none',
  ),
  webhooks: otherwise(
    oneOf(
      ['dual-stack', 'any'],
      'which hosts can be told of endorsements: those with an IPv6 address (`dig AAAA` tells), or any',
    ),
    'dual-stack',
  ),
  smtp: z.exactOptional(
    record({
      host: text(
        hostName,
        'a host name like "smtp.example.org"',
        'who delivers mail, on port 587; without it, SES does',
      ),
      addresses: oneOf(['ipv4', 'dual-stack'], '`dig AAAA` of the host tells: without an answer it is "ipv4"'),
    }),
  ),
});
type Outbound = z.infer<typeof outbound>;

export const tierDefinition = record(
  {
    deletionProtection: flag('whether databases, tables and stacks refuse to be deleted'),
    network,
    database: databaseDefinition,
    outbound: otherwise(outbound, {}),
    rateLimits: record({
      maxReadRequestUnits: whole(
        1,
        10_000,
        'DynamoDB throttles reads above this many a second, so that a flood stays cheap',
      ),
      maxWriteRequestUnits: whole(
        1,
        10_000,
        'DynamoDB throttles writes above this many a second; a check is one write',
      ),
    }),
    media: record({
      oldVersionsDays: whole(
        1,
        365,
        'how long a replaced or deleted upload can be brought back; what is current never expires',
      ),
    }),
    logs: record({
      // CloudWatch takes no other numbers of days.
      retentionDays: oneOf([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365], 'how long logs are kept'),
    }),
  },
  rule({
    over: ['network.vpc', 'database.mode'],
    holds: ({ network: { vpc }, database: { mode } }) => vpc || mode === 'external',
    about: 'network.vpc',
    allowed: 'true; the RDS instance has no public address, so functions outside the VPC would wait for it in vain',
  }),
  rule({
    over: ['network.vpc', 'database.mode'],
    holds: ({ network: { vpc }, database: { mode } }) => !vpc || mode === 'rds',
    about: 'network.vpc',
    allowed:
      'false; with database.mode "external" there is no network stack, and functions reach the database over the internet',
  }),
  reachable(
    'geocoder',
    ({ geocoder }) => (geocoder === 'census' && 'fetched') || (geocoder === 'amazon-location' && 'ipv6'),
  ),
  reachable('spamCheck', ({ spamCheck }) => spamCheck === 'akismet' && 'fetched'),
  reachable('webhooks', ({ webhooks }) => webhooks === 'any' && 'fetched'),
  reachable('smtp', ({ smtp }) => smtp && (smtp.addresses === 'ipv4' ? 'ipv4' : 'ipv6')),
);

/** How something is reached that is not AWS: over one family of addresses, or as the function outside the VPC fetches. */
type Way = 'ipv4' | 'ipv6' | 'fetched';

/** Everything is reached from outside a VPC; from inside one, what the way out leads to. */
const ways: Readonly<Record<z.infer<typeof network>['egress'], readonly Way[]>> = {
  nat: ['ipv4', 'ipv6', 'fetched'],
  ipv6: ['ipv6', 'fetched'],
  // Lambda itself has no endpoint there, so nobody could be asked to fetch.
  'interface-endpoints': [],
};

function reachable(name: keyof Outbound, way: (outbound: Outbound) => Way | false | undefined) {
  return rule<{ readonly network: z.infer<typeof network>; readonly outbound: Outbound }>({
    over: ['network', 'outbound'],
    holds: ({ network: { vpc, egress }, outbound }) => {
      const wanted = way(outbound);
      return !wanted || !vpc || ways[egress].includes(wanted);
    },
    about: `outbound.${name}`,
    allowed: ({ network: { egress } }) => {
      const why = egress === 'ipv6' ? 'it speaks IPv4 only' : 'it is not AWS';
      return `one that can be reached: ${why}, and network.egress "${egress}" does not lead there; "nat" would`;
    },
  });
}

/** RFC 1918; AWS takes /16 to /28, and three groups of subnets 16 apart need a /18. */
function isPrivateRange(text: string): boolean {
  const range = parseCidr(text);
  const inside = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].some((block) => {
    const outer = parseCidr(block);
    return outer !== undefined && range !== undefined && contains(outer, range);
  });
  return inside && range !== undefined && range.size <= 2 ** 16 && range.size >= 2 ** 14;
}
