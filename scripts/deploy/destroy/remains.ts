/** What outlives a stack, and what keeps it from going: read from the template that is deployed. Pure. */
import type { ResourceDocument, TemplateDocument } from '../../../generator/cloudformation/read-yaml.ts';
import type { StackResource } from '../../aws/cloudformation.ts';

export interface Remaining {
  readonly logicalId: string;
  readonly type: string;
  /** Its name or id, as AWS knows it. */
  readonly physicalId: string;
  /** `it stays, with what is in it` */
  readonly how: string;
  /** Whether it keeps its name from the next stack. */
  readonly keepsName: boolean;
}

export interface Outlook {
  readonly remaining: readonly Remaining[];
  /** How many go. */
  readonly going: number;
  /** Why a deletion will stop half-way, and what to type before. */
  readonly resistance: readonly string[];
}

/** @param resources as they are now; those that are gone already are left out */
export function outlookOf(template: TemplateDocument, resources: readonly StackResource[]): Outlook {
  const there = resources.filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE');
  const remaining: Remaining[] = [];
  const resistance: string[] = [];
  let going = 0;
  for (const {
    LogicalResourceId: logicalId = '',
    ResourceType: type = '',
    PhysicalResourceId: physicalId = '',
  } of there) {
    const document = template.Resources[logicalId];
    const how = fateOf(type, document);
    if (how === undefined) going += 1;
    else remaining.push({ logicalId, type, physicalId, how, keepsName: document?.DeletionPolicy !== 'Snapshot' });
    const held = protectionOf(type, physicalId, document);
    if (held !== undefined) resistance.push(`${logicalId} ${held}`);
  }
  return { remaining, going, resistance };
}

function fateOf(type: string, document: ResourceDocument | undefined): string | undefined {
  // The versions of a function go with it, whatever keeps them from going with a release.
  if (type === 'AWS::Lambda::Version') return undefined;
  const policy = document?.DeletionPolicy ?? 'Delete';
  if (policy === 'Delete') return undefined;
  if (policy !== 'Snapshot') return 'it stays, with what is in it';
  const { DeleteAutomatedBackups: deletes, BackupRetentionPeriod: days } = document?.Properties ?? {};
  const backups =
    String(deletes) === 'false' && days !== undefined ? `, and its automated backups for ${days} days` : '';
  return `a last snapshot of it stays${backups}`;
}

/** Of what is to be deleted: what is retained may be as protected as it likes. */
function protectionOf(type: string, physicalId: string, document: ResourceDocument | undefined): string | undefined {
  const policy = document?.DeletionPolicy ?? 'Delete';
  if (type !== 'AWS::RDS::DBInstance' || policy.startsWith('Retain')) return undefined;
  if (String(document?.Properties?.DeletionProtection) !== 'true') return undefined;
  return `is protected against deletion. Take that away first: aws rds modify-db-instance --db-instance-identifier ${physicalId} --no-deletion-protection --apply-immediately`;
}
