/** What was deployed to an environment, which of it works, and how far back each release is from the one that is live. */
import { exitCode } from '../../terminal/exit-codes.ts';
import { DeployError } from '../errors.ts';
import { fewAtOnce } from '../few-at-once.ts';
import { type ReleaseRecord, readRecord, recordKeys } from '../release-record.ts';
import type { Session } from '../session.ts';

/** A record, or why it cannot be read: somebody else wrote it, or another version of this project. */
export type Entry =
  | { readonly key: string; readonly record: ReleaseRecord }
  | { readonly key: string; readonly fault: DeployError };

/** A version of the API's function that was live and answered, with the last record that says so. */
export interface Release {
  readonly version: string;
  readonly entry: Extract<Entry, { record: ReleaseRecord }>;
}

/** What is older has lost its image: `releases.imagesKept` of environments/account.ts. */
const remembered = 200;

/** @yields the latest first */
export async function* entries(session: Session, bucket: string, environment: string): AsyncGenerator<Entry> {
  const keys = (await recordKeys(session, bucket, environment)).toReversed().slice(0, remembered);
  yield* fewAtOnce(session, keys, async (key): Promise<Entry> => {
    try {
      return { key, record: await readRecord(session, bucket, key) };
    } catch (error) {
      if (error instanceof DeployError) return { key, fault: error };
      throw error;
    }
  });
}

/** @returns the version that was asked whether it works, and does, and was live from then on */
export function provenVersion(entry: Entry): string | undefined {
  if (!('record' in entry)) return undefined;
  const { outcome, smokeTest, functionVersion } = entry.record;
  return outcome === 'live' && smokeTest === 'passed' ? functionVersion : undefined;
}

/**
 * Lambda counts versions up and never uses a number again, also where the function itself is made anew: what has a
 * smaller number was released earlier. Versions that are the same release, as a rotated secret makes them, count once.
 * @param live the version from which is counted
 * @returns those before it, nearest first: the first is one release back
 */
export function before(live: string, all: readonly Entry[]): readonly Release[] {
  const proven = all.flatMap((entry): readonly Release[] => {
    const version = provenVersion(entry);
    return version === undefined || !('record' in entry) ? [] : [{ version, entry }];
  });
  const counted = new Set(proven.filter(({ version }) => version === live).map(contentOf));
  const earlier = proven.filter(({ version }) => Number(version) < Number(live));
  // The sort keeps what is equal in order: of a version's records, the latest comes first.
  return earlier
    .sort((a, b) => Number(b.version) - Number(a.version))
    .filter((release) => {
      const own = earlier.filter(({ version }) => version === release.version).map(contentOf);
      const isNew = own.every((content) => !counted.has(content));
      for (const content of own) counted.add(content);
      return isNew;
    });
}

/** What a version is made of, as far as its record tells. */
const contentOf = ({ entry: { record } }: Release) => JSON.stringify([record.planHash, record.commit, record.images]);

/** @returns every release of a commit, or of a moment as far as it is said: `2026-11-25`, `2026-11-25T09:30` */
export function named(wanted: string, all: readonly Entry[]): readonly Entry[] {
  const commit = /^[0-9a-f]{4,40}$/i.test(wanted) ? wanted.toLowerCase() : undefined;
  return all.filter((entry) => {
    if (!('record' in entry)) return false;
    const { commit: own, at } = entry.record;
    return (commit !== undefined && own?.startsWith(commit)) || at.startsWith(wanted);
  });
}

/**
 * Migrations that ran after a release was last seen to work: with all earlier ones it worked.
 * @param all latest first, at least down to that release
 * @throws DeployError (7) where a record in between cannot be read
 */
export function migrationsSince({ entry: since }: Release, all: readonly Entry[]): readonly string[] {
  const later = all.slice(
    0,
    all.findIndex(({ key }) => key === since.key),
  );
  return later.toReversed().flatMap((entry) => {
    if ('record' in entry) return entry.record.migrations ?? [];
    throw new DeployError(
      `What was migrated since is not known: ${entry.fault.message}`,
      entry.fault.remedy,
      exitCode.needsHuman,
      entry.fault,
    );
  });
}
