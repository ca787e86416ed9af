/** What would happen to each resource of a stack, in our words, whichever way it was found out. Pure. */
import { readTemplate } from '../../generator/cloudformation/read-yaml.ts';

/** CloudFormation's own actions, with a replacement told from an update; anything it may add later is `other`. */
export type Action = 'add' | 'update' | 'replace' | 'may replace' | 'remove' | 'import' | 'other';

export interface ResourceChange {
  readonly action: Action;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  /** What changes of it: `CidrBlock`, or an attribute such as `Metadata`. Sorted. */
  readonly properties: readonly string[];
  /** What becomes of the resource that goes away: Delete, Retain or Snapshot. */
  readonly old?: 'Delete' | 'Retain' | 'Snapshot';
}

/** What is read of CloudFormation's description of a change (API reference, ResourceChange). */
export interface DescribedChange {
  readonly ResourceChange?:
    | {
        readonly Action?: string | undefined;
        readonly LogicalResourceId?: string | undefined;
        readonly PhysicalResourceId?: string | undefined;
        readonly ResourceType?: string | undefined;
        readonly Replacement?: string | undefined;
        readonly PolicyAction?: string | undefined;
        readonly Details?:
          | readonly {
              readonly Target?:
                | { readonly Attribute?: string | undefined; readonly Name?: string | undefined }
                | undefined;
            }[]
          | undefined;
      }
    | undefined;
}

/** Most dangerous first; the reader may stop early. */
const order: readonly Action[] = ['remove', 'replace', 'may replace', 'other', 'update', 'import', 'add'];

/** @param changes of every page of a change set */
export function fromChangeSet(changes: readonly DescribedChange[]): readonly ResourceChange[] {
  const read = changes.flatMap(({ ResourceChange: change }): ResourceChange[] => {
    if (!change) return [];
    const names = (change.Details ?? []).map(({ Target }) => Target?.Name ?? Target?.Attribute ?? '');
    const old = /(Delete|Retain|Snapshot)$/.exec(change.PolicyAction ?? '')?.[1] as ResourceChange['old'];
    return [
      {
        action: actionOf(change.Action, change.Replacement),
        logicalId: change.LogicalResourceId ?? '',
        type: change.ResourceType ?? '',
        ...(change.PhysicalResourceId !== undefined && { physicalId: change.PhysicalResourceId }),
        properties: [...new Set(names.filter(Boolean))].sort(),
        ...(old && { old }),
      },
    ];
  });
  return sorted(read);
}

/** For a stack that is not there yet: everything in its template is new. */
export function fromTemplate(body: string): readonly ResourceChange[] {
  const resources = Object.entries(readTemplate(body).Resources);
  return sorted(resources.map(([logicalId, { Type }]) => ({ action: 'add', logicalId, type: Type, properties: [] })));
}

function actionOf(action: string | undefined, replacement: string | undefined): Action {
  switch (action) {
    case 'Add':
      return 'add';
    case 'Remove':
      return 'remove';
    case 'Import':
      return 'import';
    case 'Modify':
      return replacement === 'True' ? 'replace' : replacement === 'Conditional' ? 'may replace' : 'update';
    default:
      return 'other';
  }
}

function sorted(changes: readonly ResourceChange[]): readonly ResourceChange[] {
  const rank = ({ action, logicalId }: ResourceChange) => `${order.indexOf(action)} ${logicalId}`;
  return changes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
