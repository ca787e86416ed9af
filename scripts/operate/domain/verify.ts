/** The names of an environment: what its DNS has to say, what it says, and what AWS makes of it. */
import type { Resolver } from 'node:dns/promises';
import { setTimeout } from 'node:timers/promises';
import type { Environment } from '../../../environments/index.ts';
import type { ACM } from '../../aws/acm.ts';
import type { SESv2 } from '../../aws/ses.ts';
import type { Session } from '../../deploy/session.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';
import { type Found, look } from './dns.ts';
import {
  all,
  certificateNeeds,
  domainOf,
  mailNeeds,
  type Needs,
  type Proof,
  pointerNeeds,
  type Wanted,
} from './records.ts';

export interface Clients {
  readonly session: Session;
  readonly ses: SESv2;
  /** Of a region: CloudFront takes certificates of us-east-1 alone. */
  acm(region: string): Promise<ACM>;
  readonly dns: Resolver;
}

export interface Verified {
  readonly records: readonly (Wanted & { readonly found: Found })[];
  readonly proofs: readonly Proof[];
}

export const cloudFrontRegion = 'us-east-1';

export async function verify({ session, ses, acm, dns }: Clients, environment: Environment): Promise<Verified> {
  const { api, cdn, account } = environment;
  const certificate = async (domain: typeof api.domain, region: string): Promise<Needs> =>
    domain
      ? certificateNeeds(await acm(region), { host: domain.name, ...domain }, session.signal)
      : { records: [], proofs: [] };
  const { records, proofs } = all(
    await Promise.all([
      mailNeeds(ses, environment, session.signal),
      certificate(api.domain, account.region),
      certificate(cdn.domain, cloudFrontRegion),
      pointerNeeds(session, environment),
    ]),
  );
  const found = await Promise.all(records.map(async (wanted) => ({ ...wanted, found: await look(dns, wanted) })));
  return { records: found, proofs };
}

export const isVerified = ({ records, proofs }: Verified) =>
  proofs.every(({ state }) => state === 'verified') &&
  records.every(({ found, optional }) => optional === true || found.state === 'there');

/** @throws OperationError (7) as soon as there is nothing to wait for any more, (3) where it takes too long */
export async function untilVerified(
  clients: Clients,
  environment: Environment,
  { minutes, pauseMs, seen }: { readonly minutes: number; readonly pauseMs: number; seen(now: Verified): void },
): Promise<Verified> {
  const end = Date.now() + minutes * 60_000;
  for (;;) {
    const now = await verify(clients, environment);
    seen(now);
    if (isVerified(now)) return now;
    const failed = now.proofs.find(({ state }) => state === 'failed');
    if (failed)
      throw new OperationError(
        `${failed.of}: ${failed.found}.`,
        failed.remedy ?? 'Look at it in the console.',
        exitCode.needsHuman,
      );
    if (Date.now() >= end)
      throw new OperationError(
        `Not everything is verified after ${minutes} minutes.`,
        `DNS may take a day; go on waiting: npm run verify-domain -- ${environment.name} --wait`,
        exitCode.partlyDone,
      );
    await setTimeout(pauseMs, undefined, { signal: clients.session.signal });
  }
}

/** Has SES begin with the sender's domain; where it has begun, nothing happens. */
export async function requestIdentity(ses: SESv2, { mail, tier, name }: Environment): Promise<string> {
  if (!mail || tier.outbound.smtp)
    throw new OperationError(
      mail ? `Mail of ${name} goes through ${tier.outbound.smtp?.host}, not SES.` : `${name} sends no mail.`,
      mail ? 'Its own provider says what it wants in DNS.' : `Say mail.from in environments/${name}.ts first.`,
      exitCode.usage,
    );
  const domain = domainOf(mail.from);
  await ses
    .createEmailIdentity({
      EmailIdentity: domain,
      DkimSigningAttributes: { NextSigningKeyLength: 'RSA_2048_BIT' },
    })
    .catch((error: Error) => {
      if (error.name !== 'AlreadyExistsException') throw error;
    });
  return domain;
}

/** @returns the ARN of one that is there or asked for already, else of a new one */
export async function requestCertificate(acm: ACM, host: string): Promise<string> {
  let NextToken: string | undefined;
  do {
    const page = await acm.listCertificates({
      CertificateStatuses: ['ISSUED', 'PENDING_VALIDATION'],
      ...(NextToken !== undefined && { NextToken }),
    });
    const found = page.CertificateSummaryList?.find(({ DomainName }) => DomainName === host)?.CertificateArn;
    if (found !== undefined) return found;
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  const { CertificateArn = '' } = await acm.requestCertificate({ DomainName: host, ValidationMethod: 'DNS' });
  return CertificateArn;
}
