/**
 * Who asks. The signature itself is not verified, for the simulator knows no secret keys; that there is one, and whose, is.
 * https://docs.aws.amazon.com/general/latest/gr/signature-version-4.html
 */
import { Fault } from './fault.ts';

const services = ['apigateway', 'cloudformation', 'ecr', 'lambda', 'monitoring', 'rds', 's3', 'sts'] as const;

/** As signatures call them: CloudWatch is `monitoring`. */
export type Service = (typeof services)[number];

/** Whose request it is, as its signature says; CloudFormation's where there is none. */
export function serviceOf(authorization: string | undefined): Service {
  const name = /\/([a-z0-9-]+)\/aws4_request/.exec(authorization ?? '')?.[1];
  return services.find((known) => known === name) ?? 'cloudformation';
}

export type Refusal = 'denied' | 'expired' | 'throttled' | 'unknown';

/**
 * Access key ids that are refused, and how, or the actions that they are denied; for rehearsing what credentials can do to
 * a deploy. A function is asked each time, so that what is allowed now may be refused later.
 */
export type Refusals = Readonly<
  Record<string, Refusal | readonly string[] | ((action: string, service: string) => Refusal | undefined)>
>;

export const usualRefusals: Refusals = { denied: 'denied', expired: 'expired', unknown: 'unknown' };

/** @throws what AWS answers to a request that is not signed, or signed by somebody who may not */
export function checkAccess(
  authorization: string | undefined,
  service: Service,
  action: string,
  accountId: string,
  refusals: Refusals,
): void {
  if (!authorization) throw new Fault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  const signed =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/[a-z0-9-]+\/(?:apigateway|cloudformation|ecr|lambda|monitoring|rds|s3|sts)\/aws4_request, ?SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}$/.exec(
      authorization,
    );
  if (!signed) {
    throw new Fault('IncompleteSignature', `Authorization header is not a signature of version 4: ${authorization}`);
  }
  const user = signed[1] ?? '';
  const prefix = service === 'monitoring' ? 'cloudwatch' : service;
  const said = refusals[user];
  const refused = typeof said === 'function' ? said(action, prefix) : said;
  const isDenied = typeof refused === 'object' ? refused.includes(action) : refused === 'denied';
  switch (isDenied ? 'denied' : refused) {
    case 'denied':
      throw new Fault(
        'AccessDenied',
        `User: arn:aws:iam::${accountId}:user/${user} is not authorized to perform: ${prefix}:${action} because no identity-based policy allows the ${prefix}:${action} action`,
        403,
      );
    case 'expired':
      throw new Fault('ExpiredToken', 'The security token included in the request is expired', 403);
    case 'throttled':
      throw new Fault('Throttling', 'Rate exceeded');
    case 'unknown':
      throw new Fault('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
  }
}
