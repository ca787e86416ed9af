/** What would happen to each resource of a stack, in our words, whichever way it was found out. Pure. */
import { recreation } from '../../generator/cloudformation/create-only.ts';
import type { DescribedChange, DescribedDetail, DescribedResource, DescribedTarget } from './described.ts';
import type { Action, Change, ValueChange } from './plan.ts';
import { type Difference, differences, isUnknown, masked, sayValue, withStandIns } from './values.ts';

/** A change before it is judged. */
export type Read = Omit<Change, 'verdict' | 'reasons'>;

/** What a template says of a resource beside its properties. */
export interface TemplateFacts {
  readonly type: string;
  /** The line of its logical id. */
  readonly line: number;
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
}

/** Most dangerous first; the reader may stop early. */
const order: readonly Action[] = [
  'remove',
  'replace',
  'may replace',
  'undecided',
  'other',
  'update',
  'note',
  'import',
  'add',
];

/**
 * @param changes of every page of a change set
 * @param facts by logical id, of the template that is to be deployed
 */
export function fromChangeSet(
  changes: readonly DescribedChange[],
  facts: ReadonlyMap<string, TemplateFacts> = new Map(),
): readonly Read[] {
  const read = changes.flatMap(({ ResourceChange }) => (ResourceChange ? [readChange(ResourceChange, facts)] : []));
  return sorted(withReleases(read));
}

/** For a stack that is not there yet: everything in its template is new. */
export function fromTemplate(facts: ReadonlyMap<string, TemplateFacts>): readonly Read[] {
  const added = [...facts].map(([logicalId, { type }]): Read => {
    return { action: 'add', logicalId, type, properties: [], values: [] };
  });
  return sorted(withReleases(added));
}

function readChange(change: DescribedResource, facts: ReadonlyMap<string, TemplateFacts>): Read {
  const { LogicalResourceId: logicalId = '', ResourceType: type = '', PhysicalResourceId: physicalId } = change;
  const isKept = change.Action === 'Modify' || change.Action === 'SyncWithActual';
  const values = isKept ? valuesOf(change, type) : [];
  const drift = driftOf(change);
  const action = actionOf(change, type, values);
  const told = /(Delete|Retain|Snapshot)$/.exec(change.PolicyAction ?? '')?.[1] as Change['old'];
  const old =
    told ?? (['may replace', 'undecided', 'other'].includes(action) ? fateOf(facts.get(logicalId)) : undefined);
  const names = (change.Details ?? []).map(({ Target }) => Target?.Name ?? Target?.Attribute ?? '');
  return {
    action,
    logicalId,
    type,
    ...(physicalId !== undefined && { physicalId }),
    properties: [...new Set(names.filter(Boolean))].sort(),
    values,
    ...(old && { old }),
    ...(drift && { drift }),
  };
}

function driftOf({ ResourceDriftStatus: status }: DescribedResource): Change['drift'] {
  return status === 'MODIFIED' ? 'modified' : status === 'DELETED' ? 'deleted' : undefined;
}

/** CloudFormation tells it only where it is certain that something goes. */
function fateOf(fact: TemplateFacts | undefined): Change['old'] {
  const policy = fact && (fact.updateReplacePolicy ?? 'Delete');
  return policy?.startsWith('Retain') ? 'Retain' : (policy as Change['old']);
}

function actionOf(
  { Action, Replacement, Details = [] }: DescribedResource,
  type: string,
  values: readonly ValueChange[],
) {
  switch (Action) {
    case 'Add':
      return 'add';
    case 'Remove':
      return 'remove';
    case 'Import':
      return 'import';
    case 'SyncWithActual':
      return 'note';
    case 'Dynamic':
      return 'undecided';
    case 'Modify': {
      if (Replacement === 'True') {
        // Also where the value that forces it is not known yet, and may turn out to be the same
        // (github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2113).
        const isCertain =
          Details.length === 0 ||
          Details.some(({ Target, Evaluation }) => Target?.RequiresRecreation === 'Always' && Evaluation !== 'Dynamic');
        return isCertain ? 'replace' : 'may replace';
      }
      if (Replacement !== 'Conditional') return 'update';
      // CloudFormation says "conditional" of whatever follows from a replaced resource, also where the property could
      // simply be changed.
      const harmless =
        values.length > 0 && values.every(({ path }) => recreation(type, withoutIndices(path)) === 'never');
      return harmless ? 'update' : 'may replace';
    }
    default:
      return 'other';
  }
}

const withoutIndices = (path: string) => path.replace(/\[[^\]]*\]/g, '');

/** Of both contexts, to the deepest difference; of the details alone where there are none. */
function valuesOf({ BeforeContext, AfterContext, Details = [] }: DescribedResource, type: string): ValueChange[] {
  const before = contextOf(BeforeContext);
  const after = contextOf(AfterContext);
  const byName = Map.groupBy(Details, ({ Target }) => Target?.Name ?? Target?.Attribute ?? '');
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, details]) => {
      const isProperty = details.some(({ Target }) => Target?.Attribute === 'Properties' || Target?.Name !== undefined);
      const of = (context: Context | undefined) =>
        isProperty || name === 'Tags' ? context?.Properties?.[name] : context?.[name];
      const found =
        before && after
          ? differences(name, name, of(before), of(after))
          : details.flatMap((detail) => told(name, detail));
      const cause = details.find(({ CausingEntity }) => CausingEntity !== undefined)?.CausingEntity;
      const drift = details.find(({ Target }) => Target?.Drift !== undefined)?.Target;
      if (found.length > 0) {
        const changes = found.map((difference) => valueChange(difference, name, details, type, cause));
        return drift ? changes.map((value) => withDeployed(value, name, drift)) : changes;
      }
      if (drift) return [noted(name, drift)];
      // It may change because of something else, or it is not told how.
      const unknown = details.every(({ Evaluation }) => Evaluation === 'Dynamic');
      return [{ path: name, ...(unknown && { unknown }), ...around(name, details, type, cause) }];
    });
}

interface Context {
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

function contextOf(text: string | undefined): Context | undefined {
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? (read as Context) : undefined;
  } catch {
    // A long one arrives cut off (API reference, ResourceChange); then the details have to do.
    return undefined;
  }
}

function told(name: string, { Target }: DescribedDetail): Difference[] {
  const { BeforeValue: before, AfterValue: after, Path } = Target ?? {};
  if (before === undefined && after === undefined) return [];
  const path = (Path ?? '')
    .replace(/^\/(Properties\/)?/, '')
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.');
  const of = (value: string | undefined) =>
    value === undefined ? undefined : withStandIns(value, withoutIndices(path).split('.').at(-1) ?? name);
  return [{ path: path || name, before: of(before), after: of(after) }];
}

/** What stays as somebody else made it. */
function noted(name: string, { Drift }: DescribedTarget): ValueChange {
  const { ActualValue: actual } = Drift ?? {};
  const text = actual === undefined ? undefined : sayValue(withStandIns(actual, name));
  const mask = text === undefined ? undefined : masked(text);
  const value = { path: name, ...(text !== undefined && { before: mask ?? text, after: mask ?? text }) };
  return withDeployed(mask === undefined ? value : { ...value, secret: true }, name, { Drift });
}

function withDeployed(value: ValueChange, name: string, { Drift }: DescribedTarget): ValueChange {
  const previous = Drift?.PreviousValue;
  if (previous === undefined) return value;
  const found = within(previous, value.path.slice(name.length));
  if (found === undefined) return value;
  const key = withoutIndices(value.path).split('.').at(-1) ?? name;
  const text = sayValue(withStandIns(found, key));
  const mask = masked(text);
  return { ...value, deployed: mask ?? text, ...(mask !== undefined && { secret: true as const }) };
}

/** @param path below the value, as `.Variables.TABLE` or `[2].Key`; empty for all of it */
function within(text: string, path: string): unknown {
  if (path === '') return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A long one arrives cut off.
    return undefined;
  }
  for (const [, key, index] of path.matchAll(/\.([^.[]+)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key ?? index ?? ''];
  }
  return path.includes('[+]') || path.includes('[-]') ? undefined : value;
}

/** Written out, for there are many of them: a spread costs more than everything else. */
function valueChange(
  { path, before, after }: Difference,
  name: string,
  details: readonly DescribedDetail[],
  type: string,
  cause: string | undefined,
): ValueChange {
  const change: { -readonly [K in keyof ValueChange]: ValueChange[K] } = { path };
  if (before !== undefined) {
    const text = sayValue(before);
    const mask = masked(text);
    if (mask !== undefined) change.secret = true;
    change.before = mask ?? text;
  }
  if (after !== undefined) {
    const text = sayValue(after);
    const mask = masked(text);
    if (mask !== undefined) change.secret = true;
    change.after = mask ?? text;
    if (isUnknown(text)) change.unknown = true;
  }
  const { recreates, because } = around(name, details, type, cause);
  if (recreates) change.recreates = recreates;
  if (because !== undefined) change.because = because;
  if (isRelease(type, path, before, after)) change.release = true;
  return change;
}

function around(
  name: string,
  details: readonly DescribedDetail[],
  type: string,
  cause: string | undefined,
): Pick<ValueChange, 'recreates' | 'because'> {
  const said = (needs: string) => details.some(({ Target }) => Target?.RequiresRecreation === needs);
  const recreates = said('Always')
    ? ('always' as const)
    : said('Conditionally') && recreation(type, name) !== 'never'
      ? ('perhaps' as const)
      : undefined;
  return { ...(recreates && { recreates }), ...(cause !== undefined && { because: cause }) };
}

/** Our images are named by their digest, and nothing else is written like it. */
const digests = /@sha256:[0-9a-f]{64}/g;

function isRelease(type: string, path: string, before: unknown, after: unknown): boolean {
  if (type === 'AWS::Lambda::Alias' && path === 'FunctionVersion') return true;
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  return before !== after && before.replace(digests, '') === after.replace(digests, '');
}

/**
 * Marks what comes of another image alone: a version of a function, a task definition, and what refers to those. A
 * version's logical id derives from what it freezes, so that a change of anything else is seen at its function.
 */
function withReleases(changes: readonly Read[]): readonly Read[] {
  const isVersion = ({ type }: Read) => type === 'AWS::Lambda::Version';
  const touched = (change: Read) => isVersion(change) || change.values.some(({ release }) => release);
  if (!changes.some(touched)) return changes;
  const released = new Set(changes.filter(isVersion).map(({ logicalId }) => logicalId));
  let marked = changes.map((change) => (isVersion(change) ? { ...change, release: true as const } : change));
  for (let before = -1; before !== released.size; ) {
    before = released.size;
    marked = marked.map((change) => {
      if (change.release || change.values.length === 0) return change;
      const values = change.values.map((value) =>
        value.release || !released.has(value.because?.split('.', 1)[0] ?? '')
          ? value
          : { ...value, release: true as const },
      );
      if (!values.every(({ release }) => release)) return { ...change, values };
      released.add(change.logicalId);
      return { ...change, values, release: true as const };
    });
  }
  return marked;
}

function sorted(changes: readonly Read[]): readonly Read[] {
  const rank = ({ action, logicalId }: Read) => `${order.indexOf(action)} ${logicalId}`;
  const ranked = changes.map((change) => [rank(change), change] as const);
  return ranked.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
}
