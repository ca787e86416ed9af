/** Which release is meant: so many back from the one that is live, or one by its commit or its moment. */
import { exitCode } from '../../terminal/exit-codes.ts';
import { deploymentsBucket, noBucket } from '../deployments-bucket.ts';
import { DeployError } from '../errors.ts';
import type { Session } from '../session.ts';
import { before, type Entry, entries, named, provenVersion, type Release } from './history.ts';

export type Wanted = { readonly releases: number } | { readonly to: string };

export interface Found {
  readonly release: Release;
  /** Latest first, as far down as was read. */
  readonly entries: readonly Entry[];
  readonly bucket: string;
}

/** @throws DeployError (2) where nothing of the kind was ever live; (7) where a record on the way cannot be read */
export async function findRelease(session: Session, environment: string, live: string, wanted: Wanted): Promise<Found> {
  const bucket = await deploymentsBucket(session);
  if (bucket === undefined) throw noBucket('Releases are recorded in a bucket of the account');
  const read: Entry[] = [];
  for await (const entry of entries(session, bucket, environment)) {
    read.push(entry);
    // Numbers without a gap leave no room for one that has not been read yet.
    if ('releases' in wanted && isEnough(live, read, wanted.releases)) break;
  }
  const release =
    'to' in wanted ? byName(wanted.to, read, environment) : byCount(wanted.releases, live, read, environment);
  return { release, entries: read, bucket };
}

function isEnough(live: string, read: readonly Entry[], wanted: number): boolean {
  const found = before(live, read).slice(0, wanted);
  const hasNoGap = found.length === wanted && Number(found.at(-1)?.version) === Number(live) - wanted;
  return hasNoGap && read.some((entry) => provenVersion(entry) === live);
}

function byCount(count: number, live: string, read: readonly Entry[], environment: string): Release {
  const unreadable = read.find((entry) => 'fault' in entry);
  if (unreadable && 'fault' in unreadable) {
    const { message, remedy } = unreadable.fault;
    throw new DeployError(
      `How many releases it is back cannot be counted: ${message}`,
      `${remedy}\nOr say which one it is to be: --to <commit or moment>; npm run releases -- ${environment} lists them.`,
      exitCode.needsHuman,
      unreadable.fault,
    );
  }
  const candidates = before(live, read);
  const release = candidates[count - 1];
  if (release) return release;
  const there = candidates.length === 0 ? 'no release' : `only ${counted(candidates.length)}`;
  throw new DeployError(
    `${environment} has ${there} to go back to: version ${live} is live, and ${counted(count)} back there is none that worked.`,
    read.length === 0
      ? `Nothing was recorded yet; the first deploy is: npm run deploy -- ${environment}`
      : `npm run releases -- ${environment} lists them. What was never live is deployed, not rolled back to.`,
    exitCode.usage,
  );
}

function byName(wanted: string, read: readonly Entry[], environment: string): Release {
  const list = `npm run releases -- ${environment} lists them.`;
  const matching = named(wanted, read);
  if (matching.length === 0)
    throw new DeployError(
      `${environment} has no release "${wanted}".`,
      `It takes a commit or a moment. ${list}`,
      exitCode.usage,
    );
  const proven = new Map<string, Release>();
  for (const entry of matching) {
    const version = provenVersion(entry);
    // The latest record of a version comes first.
    if (version !== undefined && 'record' in entry && !proven.has(version)) proven.set(version, { version, entry });
  }
  const [release, ...others] = proven.values();
  if (!release)
    throw new DeployError(
      `The release "${wanted}" of ${environment} was never live and answering.`,
      `It can be deployed, not rolled back to. ${list}`,
      exitCode.usage,
    );
  if (others.length > 0) {
    const lines = [release, ...others].map(({ version, entry }) => `  version ${version}: --to ${entry.record.at}`);
    throw new DeployError(
      `"${wanted}" is more than one release of ${environment}:\n${lines.join('\n')}`,
      'Say which one by its moment.',
      exitCode.usage,
    );
  }
  return release;
}

const counted = (count: number) => `${count} ${count === 1 ? 'release' : 'releases'}`;
