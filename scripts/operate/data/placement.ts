/** Where a restored instance goes: where the tier's own is, or, where that is gone, where its stacks would put it. */
import type { Environment } from '../../../environments/index.ts';
import { instanceIdentifier } from '../../../generator/names.ts';
import type { DBInstance, RDS } from '../../aws/rds.ts';
import type { Session } from '../../deploy/session.ts';
import { describe } from '../../deploy/stack-state.ts';
import { exitCode } from '../../terminal/exit-codes.ts';
import { OperationError } from '../errors.ts';
import { findInstance } from './instance.ts';

export interface Placement {
  readonly DBSubnetGroupName: string;
  readonly DBParameterGroupName?: string;
  readonly VpcSecurityGroupIds: readonly string[];
}

/** RDS would take its defaults for what is not said: another network, and a parameter group without TLS. */
export async function placementOf(session: Session, rds: RDS, environment: Environment): Promise<Placement> {
  const live = await findInstance(rds, instanceIdentifier(environment.tier), session.signal);
  return live ? placementOfInstance(live) : placementOfStacks(session, environment);
}

function placementOfInstance({ DBSubnetGroup, DBParameterGroups = [], VpcSecurityGroups = [] }: DBInstance): Placement {
  const parameters = DBParameterGroups[0]?.DBParameterGroupName;
  return {
    DBSubnetGroupName: DBSubnetGroup?.DBSubnetGroupName ?? '',
    ...(parameters !== undefined && { DBParameterGroupName: parameters }),
    VpcSecurityGroupIds: VpcSecurityGroups.flatMap(({ VpcSecurityGroupId: id }) => id ?? []),
  };
}

async function placementOfStacks(session: Session, { name, tier }: Environment): Promise<Placement> {
  const [database, network] = ['database', 'network'].map((stack) => `coalition-builder-${tier.name}-${stack}`);
  const [{ StackResources = [] }, networkStack] = await Promise.all([
    session.aws
      .describeStackResources({ StackName: database }, { abortSignal: session.signal })
      .catch(() => ({ StackResources: [] })),
    describe(session, network ?? ''),
  ]);
  const named = (type: string) =>
    StackResources.find(({ ResourceType, PhysicalResourceId }) => ResourceType === type && PhysicalResourceId)
      ?.PhysicalResourceId;
  const subnets = named('AWS::RDS::DBSubnetGroup');
  const parameters = named('AWS::RDS::DBParameterGroup');
  const group = networkStack?.Outputs?.find(({ OutputKey }) => OutputKey === 'DataSecurityGroupId')?.OutputValue;
  if (subnets && parameters && group)
    return { DBSubnetGroupName: subnets, DBParameterGroupName: parameters, VpcSecurityGroupIds: [group] };
  throw new OperationError(
    `The instance of ${tier.name} is gone, and so is what its stacks knew of its place.`,
    `npm run deploy -- ${name} --stack network, then --stack database: they make the place, and an empty instance; then restore again.`,
    exitCode.needsHuman,
  );
}
