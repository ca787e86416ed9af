/** How much a change deserves to be looked at: a pure function of what happens, to what, and what protects it. */
import type { Read } from './changes.ts';
import type { Change, Verdict } from './plan.ts';

/** What environments/account.ts allows: the stack by its name, a day like 2030-01-31. */
export interface AllowedChange {
  readonly stack: string;
  /** `*` where all of the stack is to go. */
  readonly resource: string;
  readonly change: 'replace' | 'remove' | 'destroy';
  readonly until: string;
  readonly reason: string;
}

export interface Circumstances {
  readonly stackName: string;
  /** Whether its tier is protected against deletion. */
  readonly protection: boolean;
  readonly allowedChanges: readonly AllowedChange[];
  /** Today, as 2030-01-31, in UTC. */
  readonly today: string;
}

/** What holds data that nobody can make again, and what becomes of that. */
const stateful: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'its items are lost',
  'AWS::ECR::Repository': 'its images are lost',
  'AWS::EFS::FileSystem': 'its files are lost',
  'AWS::KMS::Key': 'what it has encrypted is lost',
  'AWS::RDS::DBCluster': 'its data is lost',
  'AWS::RDS::DBInstance': 'its data is lost',
  'AWS::S3::Bucket': 'its objects are lost',
  'AWS::SecretsManager::Secret': 'its value is lost',
};

/** Made anew by design, with every release or whenever they change: nobody calls them by name. */
const disposable: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Deployment',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::ECS::TaskDefinition',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
]);

/** What calls of others go through: without it something stops working at once. */
const relied: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::RestApi',
  'AWS::CloudFront::Distribution',
  'AWS::IAM::Role',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
]);

/** Updates that are none: the service stands still meanwhile, or something cannot be taken back. */
const delicate: Readonly<Record<string, readonly [path: RegExp, verdict: Verdict, reason: string][]>> = {
  'AWS::RDS::DBInstance': [
    [/^(DBInstanceClass|EngineVersion|MultiAZ)$/, 'dangerous', 'the database restarts: minutes without it'],
    [/^DeletionProtection$/, 'dangerous', 'deletion protection changes'],
    [/^BackupRetentionPeriod$/, 'dangerous', 'backups are kept for another time'],
    [/^PubliclyAccessible$/, 'dangerous', 'whether the internet can reach the database changes'],
  ],
  'AWS::DynamoDB::Table': [
    [/^DeletionProtectionEnabled$/, 'dangerous', 'deletion protection changes'],
    [/^PointInTimeRecoverySpecification/, 'dangerous', 'how far back the table can be restored changes'],
  ],
  'AWS::S3::Bucket': [
    [/^(PublicAccessBlockConfiguration|VersioningConfiguration)/, 'dangerous', 'what protects its objects changes'],
    [/^LifecycleConfiguration/, 'notice', 'objects expire otherwise'],
  ],
  'AWS::SecretsManager::Secret': [
    [/^(GenerateSecretString|SecretString)/, 'blocked', 'the secret gets another value, which nobody was told'],
  ],
  'AWS::Logs::LogGroup': [[/^RetentionInDays$/, 'notice', 'logs are kept for another time']],
};

const ranks: readonly Verdict[] = ['safe', 'notice', 'dangerous', 'blocked'];

export const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.reduce((a, b) => (ranks.indexOf(b) > ranks.indexOf(a) ? b : a), 'safe');

/** Most dangerous first, by what CloudFormation does where that is the same. */
export const byDanger = (changes: readonly Change[]): readonly Change[] =>
  changes.toSorted((a, b) => ranks.indexOf(b.verdict) - ranks.indexOf(a.verdict));

export function judge(change: Read, circumstances: Circumstances): Change {
  const found = [...harmOf(change, circumstances), ...delicacies(change)];
  const verdict = worst(found.map(([own]) => own));
  const reasons = found.map(([, reason]) => reason);
  if (verdict !== 'blocked') return { ...change, verdict, reasons };
  const kind = change.action === 'remove' ? 'remove' : 'replace';
  const entry = circumstances.allowedChanges.find(
    ({ stack, resource, change: what, until }) =>
      stack === circumstances.stackName &&
      resource === change.logicalId &&
      what === kind &&
      until >= circumstances.today,
  );
  if (!entry) return { ...change, verdict, reasons };
  return { ...change, verdict: 'dangerous', reasons, allowed: { until: entry.until, reason: entry.reason } };
}

type Found = readonly [verdict: Verdict, reason: string];

function harmOf({ action, type, old, release, logicalId }: Read, { protection }: Circumstances): readonly Found[] {
  const held = stateful[type];
  // What nobody can tell may be the worst: of what holds data, that is its loss.
  const unclear: Verdict =
    held !== undefined && (protection || old === undefined || old === 'Delete') ? 'blocked' : 'dangerous';
  if (action === 'other') return [[unclear, 'CloudFormation announces something that this tool does not know']];
  if (action === 'undecided') return [[unclear, `what becomes of ${logicalId} is told only as it is deployed`]];
  if (action === 'import') return [['notice', 'a resource that is there becomes part of the stack']];
  if (action !== 'remove' && action !== 'replace' && action !== 'may replace') return [];
  if (release) return [];
  const goes = action === 'remove' ? 'goes' : action === 'replace' ? 'is replaced by an empty one' : 'may be replaced';
  if (held !== undefined) {
    if (old === undefined || old === 'Delete') return [['blocked', `${logicalId} ${goes}, and ${held}`]];
    const left = old === 'Snapshot' ? 'a snapshot is kept' : 'the old one is kept, outside the stack';
    const strict = protection || (type === 'AWS::RDS::DBInstance' && action !== 'remove');
    return [[strict ? 'blocked' : 'dangerous', `${logicalId} ${goes}; ${left}`]];
  }
  if (disposable.has(type) && action !== 'remove') return [];
  if (action === 'remove') {
    return relied.has(type)
      ? [['dangerous', `${logicalId} goes, and whoever calls it is refused`]]
      : [['notice', `${logicalId} goes`]];
  }
  if (type === 'AWS::Logs::LogGroup') return [['notice', `${logicalId} ${goes}, and its logs are gone`]];
  return [['dangerous', `a new ${type.split('::').at(-1)} takes the place of ${logicalId}, under another id`]];
}

function delicacies({ action, type, values }: Read): readonly Found[] {
  if (action !== 'update') return [];
  return (delicate[type] ?? []).flatMap(([path, verdict, reason]): Found[] =>
    values.some((value) => path.test(value.path)) ? [[verdict, reason]] : [],
  );
}
