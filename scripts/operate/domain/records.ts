/** What a name of ours needs at whoever runs its DNS, as AWS says it: proofs of ownership, and where it leads. */
import type { Environment } from '../../../environments/index.ts';
import type { ACM } from '../../aws/acm.ts';
import type { SESv2 } from '../../aws/ses.ts';
import type { Session } from '../../deploy/session.ts';
import { describe } from '../../deploy/stack-state.ts';

export interface Wanted {
  /** What for, in a few words. */
  readonly purpose: string;
  readonly type: 'CNAME' | 'TXT';
  readonly name: string;
  readonly value: string;
  /** Mail and visitors get on without it. */
  readonly optional?: boolean;
  /** A stack writes it into a zone of ours; it is only looked for. */
  readonly ours?: boolean;
}

/** What AWS has to say of a name once its records are there. */
export interface Proof {
  /** `SES: example.org` */
  readonly of: string;
  readonly state: 'verified' | 'waiting' | 'failed';
  readonly found: string;
  readonly remedy?: string;
}

export interface Needs {
  readonly records: readonly Wanted[];
  readonly proofs: readonly Proof[];
}

const none: Needs = { records: [], proofs: [] };

export const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/** SES knows a sender's domain, or else its very address. */
export async function mailNeeds(ses: SESv2, environment: Environment, signal: AbortSignal): Promise<Needs> {
  const { name, mail, tier } = environment;
  if (!mail || tier.outbound.smtp) return none;
  const domain = domainOf(mail.from);
  const identity = await identityOf(ses, domain, signal);
  if (!identity) {
    const address = await identityOf(ses, mail.from, signal);
    if (address?.VerifiedForSendingStatus)
      return { records: [], proofs: [{ of: `SES: ${mail.from}`, state: 'verified', found: 'the address itself' }] };
    const found = `SES does not know ${domain} yet`;
    const remedy = `npm run verify-domain -- ${name} --request`;
    return { records: [], proofs: [{ of: `SES: ${domain}`, state: 'waiting', found, remedy }] };
  }
  const {
    Tokens = [],
    SigningHostedZone: zone = 'dkim.amazonses.com',
    Status = 'NOT_STARTED',
  } = identity.DkimAttributes ?? {};
  const state = identity.VerifiedForSendingStatus ? 'verified' : Status === 'FAILED' ? 'failed' : 'waiting';
  return {
    records: [
      ...Tokens.map((token) => ({
        purpose: 'mail is ours (DKIM)',
        type: 'CNAME' as const,
        name: `${token}._domainkey.${domain}`,
        value: `${token}.${zone}`,
      })),
      {
        purpose: 'large mailboxes want it (DMARC)',
        type: 'TXT',
        name: `_dmarc.${domain}`,
        value: 'v=DMARC1; p=none;',
        optional: true,
      },
    ],
    proofs: [
      {
        of: `SES: ${domain}`,
        state,
        found: `DKIM ${Status}`,
        ...(state === 'failed' && {
          remedy: `SES looked for 72 hours and gave up. Once the records are there: aws sesv2 delete-email-identity --email-identity ${domain}, then npm run verify-domain -- ${name} --request`,
        }),
      },
    ],
  };
}

async function identityOf(ses: SESv2, EmailIdentity: string, abortSignal: AbortSignal) {
  try {
    return await ses.getEmailIdentity({ EmailIdentity }, { abortSignal });
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return undefined;
    throw error;
  }
}

export interface Certified {
  readonly host: string;
  readonly certificateArn: string;
}

/** Whether the certificate is of that name, and what proves that the name is ours. */
export async function certificateNeeds(
  acm: ACM,
  { host, certificateArn }: Certified,
  abortSignal: AbortSignal,
): Promise<Needs> {
  const of = `certificate: ${host}`;
  const certificate = await acm
    .describeCertificate({ CertificateArn: certificateArn }, { abortSignal })
    .then(({ Certificate }) => Certificate)
    .catch((error: Error) => {
      if (error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    });
  if (!certificate) {
    const found = `there is no ${certificateArn}`;
    const remedy = `Ask for one: npm run verify-domain -- … --certificate ${host}, and put its ARN into environments/.`;
    return { records: [], proofs: [{ of, state: 'failed', found, remedy }] };
  }
  const {
    Status = '',
    SubjectAlternativeNames = [],
    DomainName = '',
    DomainValidationOptions = [],
    FailureReason,
  } = certificate;
  const names = [...new Set([DomainName, ...SubjectAlternativeNames])].filter(Boolean);
  if (!names.some((name) => covers(name, host))) {
    const remedy = 'Name another one in environments/, or ask for one of that name with --certificate.';
    return { records: [], proofs: [{ of, state: 'failed', found: `it is of ${names.join(', ')}`, remedy }] };
  }
  const isOver = !['ISSUED', 'PENDING_VALIDATION'].includes(Status);
  const proof: Proof = {
    of,
    state: Status === 'ISSUED' ? 'verified' : isOver ? 'failed' : 'waiting',
    found: FailureReason ? `${Status}: ${FailureReason}` : Status,
    ...(isOver && { remedy: `Ask for another one: --certificate ${host}; ACM gives up after 72 hours.` }),
  };
  const records = DomainValidationOptions.flatMap(({ ResourceRecord: record }) =>
    record?.Name && record.Value
      ? [
          {
            purpose: 'the name is ours (ACM), also for renewal',
            type: 'CNAME' as const,
            name: bare(record.Name),
            value: bare(record.Value),
          },
        ]
      : [],
  );
  return { records, proofs: [proof] };
}

/** `*.example.org` is for `api.example.org`, and neither for `example.org` nor for `a.api.example.org`. */
export function covers(name: string, host: string): boolean {
  if (!name.startsWith('*.')) return name.toLowerCase() === host.toLowerCase();
  return host.slice(host.indexOf('.') + 1).toLowerCase() === name.slice(2).toLowerCase();
}

/** Where the names of the API and of CloudFront have to lead; only a deployed stack knows. */
export async function pointerNeeds(session: Session, { name, api, cdn }: Environment): Promise<Needs> {
  const wanted = [
    { domain: api.domain, stack: 'api', output: 'DomainTarget', purpose: 'leads to the API' },
    { domain: cdn.domain, stack: 'cdn', output: 'DomainName', purpose: 'leads to CloudFront' },
  ];
  const needs = await Promise.all(
    wanted.map(async ({ domain, stack, output, purpose }): Promise<Needs> => {
      if (!domain) return none;
      const found = await describe(session, `coalition-builder-${name}-${stack}`);
      const value = found?.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue;
      if (value === undefined)
        return {
          records: [],
          proofs: [
            {
              of: `${domain.name} ${purpose}`,
              state: 'waiting',
              found: `the stack ${stack} does not say yet where`,
              remedy: `When the certificate is issued: npm run deploy -- ${name} --stack ${stack}`,
            },
          ],
        };
      const ours = domain.hostedZoneId !== undefined;
      return {
        records: [{ purpose, type: 'CNAME', name: domain.name, value: bare(value), ...(ours && { ours }) }],
        proofs: [],
      };
    }),
  );
  return all(needs);
}

export const all = (needs: readonly Needs[]): Needs => ({
  records: needs.flatMap(({ records }) => records),
  proofs: needs.flatMap(({ proofs }) => proofs),
});

/** DNS ends names with a dot, and most forms of providers want none. */
export const bare = (name: string) => name.replace(/\.$/, '');
