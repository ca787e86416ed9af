/** Whether the database runs, and whether security groups let the function through to it, in both directions. */
import type { Environment } from '../../../environments/index.ts';
import { functionName, instanceIdentifier } from '../../../generator/names.ts';
import { connectEc2, type EC2, type IpPermission, type SecurityGroup } from '../../aws/ec2.ts';
import { connectRds, type DBInstance } from '../../aws/rds.ts';
import type { Session } from '../../deploy/session.ts';
import { Absent, Finding, type Found } from './examination.ts';

export async function databaseAnswers(session: Session, { name, tier }: Environment): Promise<Found<DBInstance>> {
  if (tier.database.mode === 'external') throw new Absent('It is elsewhere: its secret says where.');
  const id = instanceIdentifier(tier);
  const instance = await instanceOf(session, id);
  if (!instance)
    throw new Finding(`There is no database ${id}.`, `Deploy it: npm run deploy -- ${name} --stack database`);
  const { DBInstanceStatus: status = '', DBInstanceClass, EngineVersion } = instance;
  if (status === 'stopped' || status === 'stopping')
    throw new Finding(
      `${id} is ${status}${tier.database.stopHours ? ', as database.stopHours wants it at this hour' : ''}.`,
      `Start it, which takes some minutes: npm run database -- start ${name}`,
    );
  if (broken.has(status))
    throw new Finding(
      `${id} is in ${status}.`,
      `See why: aws rds describe-events --source-type db-instance --source-identifier ${id}`,
      { needsHuman: true },
    );
  return { found: `${id}: ${status}, PostgreSQL ${EngineVersion} on ${DBInstanceClass}`, value: instance };
}

/** States in which an instance does not answer, and does not begin to by itself. Others pass, or do not matter here. */
const broken = new Set([
  'failed',
  'inaccessible-encryption-credentials',
  'inaccessible-encryption-credentials-recoverable',
  'incompatible-network',
  'incompatible-option-group',
  'incompatible-parameters',
  'incompatible-restore',
  'insufficient-capacity',
  'restore-error',
  'storage-full',
]);

async function instanceOf({ region, signal }: Session, id: string): Promise<DBInstance | undefined> {
  const rds = await connectRds({ region });
  try {
    const { DBInstances } = await rds.describeDBInstances({ DBInstanceIdentifier: id }, { abortSignal: signal });
    return DBInstances?.[0];
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('DBInstanceNotFound')) return undefined;
    throw error;
  } finally {
    rds.destroy();
  }
}

/** A packet needs a way out of the function's groups and a way into the database's; answers come back by themselves. */
export async function wayToDatabase(
  session: Session,
  { name, tier }: Environment,
  instance: DBInstance,
): Promise<Found<true>> {
  if (!tier.network.vpc) throw new Absent('The function is in no VPC.');
  const own = functionName(name);
  const lambda = await session.lambda();
  const { VpcConfig } = await lambda.getFunctionConfiguration({ FunctionName: own }, { abortSignal: session.signal });
  const from = VpcConfig?.SecurityGroupIds ?? [];
  const to = (instance.VpcSecurityGroups ?? []).flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? []);
  if (from.length === 0)
    throw new Finding(`${own} is in no VPC, where the database is.`, `npm run deploy -- ${name} --stack api`);
  const groups = await groupsOf(session, [...from, ...to]);
  const port = instance.Endpoint?.Port ?? 5432;
  const faults = [
    ...(VpcConfig?.VpcId !== undefined &&
    instance.DBSubnetGroup?.VpcId !== undefined &&
    VpcConfig.VpcId !== instance.DBSubnetGroup.VpcId
      ? [`${own} is in ${VpcConfig.VpcId}, the database in ${instance.DBSubnetGroup.VpcId}`]
      : []),
    ...(leadsTo(groups, from, to, port, 'IpPermissionsEgress')
      ? []
      : [`no rule of ${from.join(', ')} lets out to ${to.join(', ')} on ${port}`]),
    ...(leadsTo(groups, to, from, port, 'IpPermissions')
      ? []
      : [`no rule of ${to.join(', ')} lets ${from.join(', ')} in on ${port}`]),
  ];
  if (faults.length > 0)
    throw new Finding(
      `${own} does not reach the database: ${faults.join('; ')}.`,
      `Rules were changed by hand; see which, then deploy them again: npm run drift -- ${name}, npm run deploy -- ${name}`,
    );
  return { found: `${from.join(', ')} → ${to.join(', ')} on ${port}`, value: true };
}

async function groupsOf({ region, signal }: Session, ids: readonly string[]): Promise<readonly SecurityGroup[]> {
  const ec2: EC2 = await connectEc2({ region });
  try {
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups(
      { GroupIds: [...new Set(ids)] },
      { abortSignal: signal },
    );
    return SecurityGroups;
  } catch (error) {
    if (error instanceof Error && error.name === 'InvalidGroup.NotFound')
      throw new Finding(error.message, 'Deploy the stacks network, database and api again.');
    throw error;
  } finally {
    ec2.destroy();
  }
}

/** Whether a rule of one of `ids` names one of `others`, or every address, for TCP on that port. */
export function leadsTo(
  groups: readonly SecurityGroup[],
  ids: readonly string[],
  others: readonly string[],
  port: number,
  rules: 'IpPermissions' | 'IpPermissionsEgress',
): boolean {
  return groups
    .filter(({ GroupId = '' }) => ids.includes(GroupId))
    .flatMap((group) => group[rules] ?? [])
    .some((rule) => covers(rule, port) && names(rule, others));
}

function covers({ IpProtocol, FromPort = -1, ToPort = -1 }: IpPermission, port: number): boolean {
  return IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= port && port <= ToPort);
}

/** What names addresses of the VPC in part may lead there or not; ours name groups. */
function names({ UserIdGroupPairs = [], IpRanges = [] }: IpPermission, others: readonly string[]): boolean {
  return (
    UserIdGroupPairs.some(({ GroupId = '' }) => others.includes(GroupId)) ||
    IpRanges.some(({ CidrIp }) => CidrIp === '0.0.0.0/0')
  );
}
