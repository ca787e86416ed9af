/**
 * RDS: instances as the stacks made them, and those restored beside them, which take a while to become available. Each
 * has the automatic snapshot of its night, and a window of seven days in which it can be restored.
 */
import { hex } from '../identifiers.ts';
import type { Account, RestoredInstance } from '../state.ts';
import type { Tree } from '../template/template.ts';
import { actual, find } from './functions.ts';
import type { ServiceAnswer, ServiceRequest } from './service.ts';

const namespace = 'http://rds.amazonaws.com/doc/2014-10-31/';
const day = 24 * 60 * 60_000;

export const rdsAction = ({ body }: ServiceRequest): string =>
  new URLSearchParams(body.toString()).get('Action') ?? 'NotSimulated';

class RdsFault extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function rds(account: Account, request: ServiceRequest, requestId: string): ServiceAnswer {
  const form = new URLSearchParams(request.body.toString());
  const action = rdsAction(request);
  try {
    const result = act(account, action, form);
    const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
    return { status: 200, body };
  } catch (error) {
    if (error instanceof RdsFault) return rdsFault(error.status, error.code, error.message, requestId);
    throw error;
  }
}

export function rdsFault(status: number, code: string, message: string, requestId: string): ServiceAnswer {
  return {
    status,
    body: `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

function act(account: Account, action: string, form: URLSearchParams): string {
  switch (action) {
    case 'DescribeDBInstances': {
      const name = form.get('DBInstanceIdentifier');
      const found = instances(account).filter(({ identifier }) => name === null || identifier === name);
      if (name !== null && found.length === 0) throw notFound(name);
      return `<DBInstances>${found.map((each) => instanceXml(account, each)).join('')}</DBInstances>`;
    }
    case 'DescribeDBSnapshots': {
      const [name, of] = [form.get('DBSnapshotIdentifier'), form.get('DBInstanceIdentifier')];
      const found = instances(account).filter(
        (each) => (of === null || each.identifier === of) && (name === null || snapshotOf(account, each) === name),
      );
      if (name !== null && found.length === 0) throw snapshotNotFound(name);
      return `<DBSnapshots>${found.map((each) => snapshotXml(account, each)).join('')}</DBSnapshots>`;
    }
    case 'DescribeDBInstanceAutomatedBackups': {
      const { earliest, latest } = windowOf(account);
      const name = form.get('DBInstanceIdentifier') ?? '';
      const isThere = instances(account).some(({ identifier }) => identifier === name);
      if (!isThere && !lost(account).some(({ identifier }) => identifier === name))
        return '<DBInstanceAutomatedBackups></DBInstanceAutomatedBackups>';
      return `<DBInstanceAutomatedBackups><DBInstanceAutomatedBackup><DBInstanceIdentifier>${name}</DBInstanceIdentifier><DbiResourceId>${resourceId(name)}</DbiResourceId><Status>${isThere ? 'active' : 'retained'}</Status><RestoreWindow><EarliestTime>${earliest.toISOString()}</EarliestTime><LatestTime>${latest.toISOString()}</LatestTime></RestoreWindow></DBInstanceAutomatedBackup></DBInstanceAutomatedBackups>`;
    }
    case 'RestoreDBInstanceToPointInTime': {
      const id = form.get('SourceDbiResourceId');
      const source =
        lost(account).find(({ identifier }) => resourceId(identifier) === id) ??
        named(account, form.get('SourceDBInstanceIdentifier') ?? '');
      const to = form.get('RestoreTime');
      const { earliest, latest } = windowOf(account);
      if (to !== null && !(new Date(to) >= earliest && new Date(to) <= latest))
        throw new RdsFault('InvalidRestoreFault', 'The specified time is outside of the restore window.');
      return restored(account, form.get('TargetDBInstanceIdentifier') ?? '', source, form);
    }
    case 'RestoreDBInstanceFromDBSnapshot': {
      const wanted = form.get('DBSnapshotIdentifier') ?? '';
      const source = instances(account).find((each) => snapshotOf(account, each) === wanted);
      if (!source) throw snapshotNotFound(wanted);
      return restored(account, form.get('DBInstanceIdentifier') ?? '', source, form);
    }
    default:
      throw new RdsFault('NotSimulated', `This simulator does not simulate ${action} of RDS.`);
  }
}

/** Instances as their creation asked for them. */
const instances = (account: Account): readonly RestoredInstance[] => [...ofStacks(account, false), ...account.restored];

/** Those that somebody deleted; their automatic backups are kept. */
const lost = (account: Account): readonly RestoredInstance[] => ofStacks(account, true);

function ofStacks(account: Account, deleted: boolean): readonly RestoredInstance[] {
  return account.stacks
    .filter(({ deletedAt }) => !deletedAt)
    .flatMap(({ resources }) => [...resources.values()])
    .filter(({ type, live }) => type === 'AWS::RDS::DBInstance' && (live === null) === deleted)
    .map((resource) => ({
      identifier: resource.physicalId,
      availableAt: resource.updatedAt,
      properties: actual(resource),
    }));
}

function named(account: Account, name: string): RestoredInstance {
  const found = instances(account).find(({ identifier }) => identifier === name);
  if (!found) throw notFound(name);
  return found;
}

function restored(account: Account, name: string, source: RestoredInstance, form: URLSearchParams): string {
  if (instances(account).some(({ identifier }) => identifier === name))
    throw new RdsFault('DBInstanceAlreadyExists', 'DB instance already exists');
  const groups = [...form].filter(([key]) => key.startsWith('VpcSecurityGroupIds.')).map(([, value]) => value);
  const tags = [...form].filter(([key]) => /^Tags\..*\.Key$/.test(key));
  const group = form.get('DBSubnetGroupName');
  const isThere = find(
    account,
    ({ type, physicalId }) => type === 'AWS::RDS::DBSubnetGroup' && physicalId.toLowerCase() === group?.toLowerCase(),
  );
  if (!isThere) throw new RdsFault('DBSubnetGroupNotFoundFault', `DBSubnetGroup not found: ${group}`, 404);
  const made: RestoredInstance = {
    identifier: name,
    availableAt: new Date(account.clock.now().getTime() + 4 * account.stepMs),
    properties: {
      ...source.properties,
      DBInstanceClass: form.get('DBInstanceClass') ?? 'db.t3.micro',
      DBSubnetGroupName: group ?? '',
      VPCSecurityGroups: groups,
      Tags: tags.map(([key, Key]) => ({ Key, Value: form.get(key.replace(/Key$/, 'Value')) ?? '' })),
    },
  };
  account.restored.push(made);
  return instanceXml(account, made);
}

function instanceXml(account: Account, { identifier, availableAt, properties }: RestoredInstance): string {
  const { latest } = windowOf(account);
  const tags = (Array.isArray(properties.Tags) ? properties.Tags : []) as readonly Tree[];
  const groups = (Array.isArray(properties.VPCSecurityGroups) ? properties.VPCSecurityGroups : []).map(
    (id) =>
      `<VpcSecurityGroupMembership><VpcSecurityGroupId>${id}</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership>`,
  );
  return [
    `<DBInstance><DBInstanceIdentifier>${identifier}</DBInstanceIdentifier>`,
    `<DBInstanceStatus>${account.clock.now() < availableAt ? 'creating' : 'available'}</DBInstanceStatus>`,
    `<DBInstanceClass>${properties.DBInstanceClass}</DBInstanceClass><Engine>postgres</Engine>`,
    `<Endpoint><Address>${identifier}.simulated.invalid</Address><Port>5432</Port></Endpoint>`,
    `<DBSubnetGroup><DBSubnetGroupName>${properties.DBSubnetGroupName}</DBSubnetGroupName></DBSubnetGroup>`,
    `<DBParameterGroups><DBParameterGroup><DBParameterGroupName>${properties.DBParameterGroupName}</DBParameterGroupName></DBParameterGroup></DBParameterGroups>`,
    `<VpcSecurityGroups>${groups.join('')}</VpcSecurityGroups>`,
    `<LatestRestorableTime>${latest.toISOString()}</LatestRestorableTime>`,
    `<DbiResourceId>${resourceId(identifier)}</DbiResourceId>`,
    `<TagList>${tags.map(({ Key, Value }) => `<Tag><Key>${Key}</Key><Value>${Value}</Value></Tag>`).join('')}</TagList>`,
    '</DBInstance>',
  ].join('');
}

function snapshotXml(account: Account, instance: RestoredInstance): string {
  return `<DBSnapshot><DBSnapshotIdentifier>${snapshotOf(account, instance)}</DBSnapshotIdentifier><DBInstanceIdentifier>${instance.identifier}</DBInstanceIdentifier><Status>available</Status><SnapshotType>automated</SnapshotType><AllocatedStorage>20</AllocatedStorage><SnapshotCreateTime>${midnight(account).toISOString()}</SnapshotCreateTime></DBSnapshot>`;
}

const resourceId = (identifier: string) => `db-${hex(26, identifier).toUpperCase()}`;
const midnight = ({ clock }: Account) => new Date(Math.floor(clock.now().getTime() / day) * day);
const snapshotOf = (account: Account, { identifier }: RestoredInstance) =>
  `rds:${identifier}-${midnight(account).toISOString().slice(0, 10)}-00-00`;

function windowOf({ clock }: Account): { readonly earliest: Date; readonly latest: Date } {
  const now = clock.now().getTime();
  return { earliest: new Date(now - 7 * day), latest: new Date(now - 5 * 60_000) };
}

const notFound = (name: string) => new RdsFault('DBInstanceNotFound', `DBInstance ${name} not found.`, 404);
const snapshotNotFound = (name: string) => new RdsFault('DBSnapshotNotFound', `DBSnapshot ${name} not found.`, 404);
