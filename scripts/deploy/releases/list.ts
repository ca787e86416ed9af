/** What was released, one row a record, with how far back each is from what is live. */
import type { Environment } from '../../../environments/index.ts';
import { functionName } from '../../../generator/names.ts';
import { bold, columns, dim, green, printable, red, yellow } from '../../terminal/style.ts';
import { deploymentsBucket, noBucket } from '../deployments-bucket.ts';
import { liveVersion } from '../live-version.ts';
import type { Session } from '../session.ts';
import { requireAccount } from '../whereabouts.ts';
import { before, type Entry, entries, provenVersion } from './history.ts';

export interface ListedRelease {
  readonly key: string;
  /** ISO 8601, in UTC; absent where the record cannot be read. */
  readonly at?: string;
  readonly commit?: string;
  readonly by?: string;
  readonly outcome: 'live' | 'rolled back' | 'failed' | 'unreadable';
  /** Of the API's function, after this. */
  readonly version?: string;
  readonly isLive: boolean;
  /** `--releases` takes it; only of the last record of a version that is earlier than the live one, and worked. */
  readonly back?: number;
  /** The record of the release that a rollback went back to. */
  readonly rollbackTo?: string;
  readonly migrations: readonly string[];
  readonly images: Readonly<Record<string, string>>;
  /** Why it cannot be read. */
  readonly fault?: string;
}

export interface Listed {
  readonly environment: string;
  /** To which the alias points now. */
  readonly live?: string;
  /** Latest first. */
  readonly releases: readonly ListedRelease[];
  /** Earlier ones were left out. */
  readonly more: boolean;
}

export async function listReleases(session: Session, environment: Environment, limit: number): Promise<Listed> {
  const { name } = environment;
  await requireAccount(session, environment);
  const [bucket, live] = await Promise.all([deploymentsBucket(session), liveVersion(session, functionName(name))]);
  if (bucket === undefined) throw noBucket('Releases are recorded in a bucket of the account');
  const read: Entry[] = [];
  for await (const entry of entries(session, bucket, name)) {
    read.push(entry);
    if (read.length > limit) break;
  }
  const shown = read.slice(0, limit);
  const candidates = live === undefined ? [] : before(live.version, shown);
  // The last record that says so of the version that is live.
  const current = shown.find((entry) => live !== undefined && provenVersion(entry) === live.version);
  return {
    environment: name,
    ...(live && { live: live.version }),
    releases: shown.map((entry) => {
      const back = candidates.findIndex((candidate) => candidate.entry.key === entry.key) + 1;
      return { ...rowOf(entry), isLive: entry === current, ...(back > 0 && { back }) };
    }),
    more: read.length > limit,
  };
}

function rowOf(entry: Entry): Omit<ListedRelease, 'isLive' | 'back'> {
  const { key } = entry;
  if ('fault' in entry) return { key, outcome: 'unreadable', migrations: [], images: {}, fault: entry.fault.message };
  const { at, commit, by, outcome, functionVersion, migrations = [], images, rollbackTo } = entry.record;
  return {
    key,
    at,
    ...(commit !== undefined && { commit }),
    ...(by !== undefined && { by }),
    outcome,
    ...(functionVersion !== undefined && { version: functionVersion }),
    ...(rollbackTo !== undefined && { rollbackTo }),
    migrations,
    images,
  };
}

export function releaseLines({ environment, live, releases, more }: Listed): string {
  if (releases.length === 0) return `  Nothing was recorded yet. The first deploy is: npm run deploy -- ${environment}`;
  const rows = releases.map((release) => {
    const { at = '', commit = '', version = '', migrations, by = '', back, isLive } = release;
    const added =
      migrations.length === 0 ? '' : `${migrations.length} ${migrations.length === 1 ? 'migration' : 'migrations'}`;
    return [
      `  ${isLive ? green('live') : back === undefined ? '' : String(back)}`,
      at === '' ? dim(release.key) : at.replace(/\.\d+Z$/, 'Z'),
      commit.slice(0, 12),
      version === '' ? '' : `version ${version}`,
      outcomeOf(release),
      added,
      dim(printable(by)),
    ];
  });
  const head = ['  back', 'released', 'commit', 'live after it', 'what it was', '', 'by'].map((word) => dim(word));
  const lines = [columns([head, ...rows])];
  if (live !== undefined && !releases.some(({ isLive }) => isLive))
    lines.push(
      yellow(
        `  Version ${live} is live, and none of these made it so: somebody moved the alias, or it was not recorded.`,
      ),
    );
  if (more) lines.push(dim('  Earlier ones: --limit'));
  if (releases.some(({ back }) => back === 1))
    lines.push(`  ${bold(`npm run rollback -- ${environment}`)} goes one back.`);
  return lines.join('\n');
}

function outcomeOf({ outcome, rollbackTo }: ListedRelease): string {
  if (outcome === 'unreadable') return red('not readable here');
  if (outcome === 'failed')
    return red(rollbackTo === undefined ? 'deploy that failed' : 'rollback that was interrupted');
  if (outcome === 'rolled back')
    return red(rollbackTo === undefined ? 'deploy that did not answer' : 'rollback that did not answer');
  return rollbackTo === undefined ? 'deploy' : 'rollback';
}
