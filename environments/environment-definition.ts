/** What an environment's own file may say: the function, its API, what stands in front of it and who watches it. */
import * as z from 'zod/mini';
import { flag, hostName, list, oneOf, otherwise, record, rule, text, whole } from './fields.ts';

export const tierNames = ['nonproduction', 'production'] as const;

const certificate = /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/;
const hostedZoneId = z.exactOptional(
  text(
    /^Z[A-Z0-9]{5,31}$/,
    'the id of a hosted zone in Route 53',
    'where the record goes; leave it out if DNS is elsewhere',
  ),
);

/** CloudFront knows certificates of this region only. */
const cloudFrontRegion = 'us-east-1';

const origin = /^(https:\/\/[a-z0-9.-]+|http:\/\/localhost)(:\d{1,5})?$/;
const allowedOrigin = 'an origin like "https://www.example.org": no path, no slash at the end';

const lambda = record(
  {
    memoryMB: whole(128, 10_240, 'memory of the function; its share of a processor grows with it'),
    timeoutSeconds: otherwise(whole(3, 30, 'API Gateway stops waiting after 29 seconds'), 30),
    keepWarmMinutes: z.exactOptional(
      whole(
        1,
        15,
        'how often an instance is kept awake; without it, the first request after a pause waits for a cold start',
      ),
    ),
    provisionedConcurrency: z.exactOptional(
      whole(1, 100, 'instances that are always ready, about 9 dollars a month each at 1024 MB'),
    ),
    reservedConcurrency: z.exactOptional(
      whole(
        1,
        900,
        'the most instances at once; a new account may have only 10 for everything, and AWS then refuses any',
      ),
    ),
    logLevel: otherwise(
      oneOf(['DEBUG', 'INFO', 'WARN', 'ERROR'], 'what the function writes to its log, at least'),
      'INFO',
    ),
  },
  rule({
    over: ['provisionedConcurrency', 'reservedConcurrency'],
    holds: ({ provisionedConcurrency = 0, reservedConcurrency = Number.POSITIVE_INFINITY }) =>
      provisionedConcurrency <= reservedConcurrency,
    about: 'provisionedConcurrency',
    allowed: 'no more than reservedConcurrency',
  }),
);

const api = record({
  throttle: record({
    ratePerSecond: whole(1, 10_000, 'requests a second before API Gateway answers 429'),
    burst: whole(1, 5000, 'requests at once before API Gateway answers 429'),
  }),
  corsOrigins: otherwise(
    list(
      text(origin, allowedOrigin, 'an origin whose pages may call the API'),
      'further sites, besides siteUrl, whose pages may call the API',
    ),
    [],
  ),
  trustedProxyHops: otherwise(
    whole(
      1,
      3,
      'how many proxies append to X-Forwarded-For on the way to API Gateway, itself counted; CloudFront proves itself and is not. More than 1 only if nobody can go round the others, or clients choose their own address',
    ),
    1,
  ),
  domain: z.exactOptional(
    record({
      name: text(hostName, 'a host name like "api.example.org"', 'under which the API answers'),
      certificateArn: text(certificate, 'the ARN of an ACM certificate', 'an issued certificate for that name'),
      hostedZoneId,
    }),
  ),
});

const cdn = record({
  domain: z.exactOptional(
    record({
      name: text(hostName, 'a host name like "www.example.org"', 'under which CloudFront answers'),
      certificateArn: text(
        (arn) => certificate.test(arn) && arn.includes(`:acm:${cloudFrontRegion}:`),
        `the ARN of an ACM certificate in ${cloudFrontRegion}, the only region whose certificates CloudFront takes`,
        'an issued certificate for that name',
      ),
      hostedZoneId,
    }),
  ),
});

const address = (advice: string) => z.email({ error: 'an e-mail address' }).check(z.describe(advice));

const mail = record({
  from: address(
    'the sender; its domain, or the address itself, has to be verified in SES unless outbound.smtp delivers',
  ),
  reviewers: otherwise(
    list(address('somebody who reviews endorsements'), 'who hears of endorsements that wait for review'),
    [],
  ),
});

export const environmentDefinition = record({
  tier: oneOf(tierNames, 'the tier whose network, database and table this environment uses'),
  database: record({
    connections: whole(1, 400, 'how many connections the functions of this environment may hold together'),
  }),
  siteUrl: text(/^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/, allowedOrigin, 'the public site: links lead there'),
  lambda,
  api,
  cdn: otherwise(cdn, {}),
  /** Without it nothing is sent. */
  mail: z.exactOptional(mail),
  tracing: otherwise(flag('whether X-Ray follows requests; one a second and 5 % of the others'), false),
  monitoring: otherwise(
    record({
      alarms: otherwise(
        oneOf(
          ['all', 'essential'],
          '"essential" is errors of the function and of the API; more than ten alarms an account cost 10 cents each',
        ),
        'essential',
      ),
      email: z.exactOptional(address('who is told; they have to confirm once')),
      budgetUSD: z.exactOptional(
        whole(
          1,
          100_000,
          'what the whole account may cost a month before the alarms’ topic is told; one environment says it',
        ),
      ),
    }),
    {},
  ),
});
