/** The key that CloudFront sends along: whoever changes it has to tell CloudFront, whose template names only its secret. */
import type { CloudFront } from '../../aws/cloudfront.ts';
import { patiently, type Session } from '../../deploy/session.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { progress } from '../../terminal/progress.ts';
import { OperationError } from '../errors.ts';

/** As `generator/resources/distribution.ts` calls it. */
const header = 'X-Cdn-Key';
const patienceMinutes = 30;

/** @throws OperationError (7) where the distribution sends no such header */
export async function sendKey(cloudFront: CloudFront, distribution: string, key: string): Promise<void> {
  const { DistributionConfig: config, ETag } = await cloudFront.getDistributionConfig({ Id: distribution });
  const headers = (config?.Origins?.Items ?? [])
    .flatMap(({ CustomHeaders }) => CustomHeaders?.Items ?? [])
    .filter(({ HeaderName }) => HeaderName?.toLowerCase() === header.toLowerCase());
  if (!config || headers.length === 0)
    throw new OperationError(
      `CloudFront's distribution ${distribution} does not send ${header}.`,
      'Deploy the stack cdn again.',
      exitCode.needsHuman,
    );
  for (const sent of headers) sent.HeaderValue = key;
  // With the tag that was read: what somebody else has changed meanwhile is not undone.
  await cloudFront.updateDistribution({ Id: distribution, DistributionConfig: config, ...(ETag && { IfMatch: ETag }) });
}

/** CloudFront tells its edges one after the other. */
export async function untilSent(session: Session, cloudFront: CloudFront, distribution: string): Promise<void> {
  const shown = progress(`    CloudFront ${distribution}`, 0);
  try {
    for await (const _ of patiently(session, patienceMinutes * 60_000)) {
      const { Distribution } = await cloudFront.getDistribution({ Id: distribution });
      if (Distribution?.Status === 'Deployed') return;
      shown.at(0, Distribution?.Status ?? '');
    }
  } finally {
    shown.end();
  }
  throw new OperationError(
    `CloudFront has not told all its edges after ${patienceMinutes} minutes.`,
    `Its status: aws cloudfront get-distribution --id ${distribution} --query Distribution.Status`,
    exitCode.partlyDone,
  );
}
