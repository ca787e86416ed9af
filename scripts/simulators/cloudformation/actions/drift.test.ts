import assert from 'node:assert/strict';
import { oneTopic, simulate, stepMs, topic } from '../fixture.ts';

const named = (DisplayName: string) => ({
  Resources: { Topic: { ...topic, Properties: { DisplayName } }, Other: topic },
});
const reverting = { ChangeSetType: 'UPDATE', DeploymentMode: 'REVERT_DRIFT' } as const;

describe('simulated CloudFormation: drift', () => {
  it('D1 is looked for on demand', async () => {
    await using sim = await simulate();
    await sim.deploy('a', named('x'));
    assert.equal((await sim.stack('a')).DriftInformation?.StackDriftStatus, 'NOT_CHECKED');
    sim.tamper('a', 'Topic', { DisplayName: 'y' });
    const { StackDriftDetectionId = '' } = await sim.aws.detectStackDrift({ StackName: 'a' });
    const status = () => sim.aws.describeStackDriftDetectionStatus({ StackDriftDetectionId });
    assert.equal((await status()).DetectionStatus, 'DETECTION_IN_PROGRESS');
    await sim.clock.advance(stepMs);
    const { DetectionStatus, StackDriftStatus, DriftedStackResourceCount } = await status();
    assert.deepEqual(
      [DetectionStatus, StackDriftStatus, DriftedStackResourceCount],
      ['DETECTION_COMPLETE', 'DRIFTED', 1],
    );
    assert.equal((await sim.stack('a')).DriftInformation?.StackDriftStatus, 'DRIFTED');
  });

  it('D2 is told by resource', async () => {
    await using sim = await simulate();
    await sim.deploy('a', named('x'));
    sim.tamper('a', 'Topic', { DisplayName: 'y', KmsMasterKeyId: 'k' });
    sim.tamper('a', 'Other', null);
    assert.deepEqual((await sim.aws.describeStackResourceDrifts({ StackName: 'a' })).StackResourceDrifts, []);
    await sim.aws.detectStackDrift({ StackName: 'a' });
    await sim.settle();
    const { StackResourceDrifts = [] } = await sim.aws.describeStackResourceDrifts({ StackName: 'a' });
    assert.deepEqual(
      StackResourceDrifts.map((drift) => [drift.LogicalResourceId, drift.StackResourceDriftStatus]).sort(),
      [
        ['Other', 'DELETED'],
        ['Topic', 'MODIFIED'],
      ],
    );
    const drifted = StackResourceDrifts.find(({ LogicalResourceId }) => LogicalResourceId === 'Topic');
    assert.deepEqual(drifted?.PropertyDifferences, [
      { PropertyPath: '/DisplayName', ExpectedValue: 'x', ActualValue: 'y', DifferenceType: 'NOT_EQUAL' },
      { PropertyPath: '/KmsMasterKeyId', ExpectedValue: 'null', ActualValue: 'k', DifferenceType: 'ADD' },
    ]);
  });

  it('D3 stays where a usual update does not touch it', async () => {
    await using sim = await simulate();
    await sim.deploy('a', named('x'));
    sim.tamper('a', 'Topic', { KmsMasterKeyId: 'k' });
    const same = await sim.create('a', named('x'), { ChangeSetType: 'UPDATE' });
    assert.equal((await sim.aws.describeChangeSet(same)).Status, 'FAILED');
    await sim.deploy('a', named('z'), { ChangeSetType: 'UPDATE' });
    await sim.aws.detectStackDrift({ StackName: 'a' });
    await sim.settle();
    const { StackResourceDrifts = [] } = await sim.aws.describeStackResourceDrifts({
      StackName: 'a',
      StackResourceDriftStatusFilters: ['MODIFIED'],
    });
    assert.deepEqual(StackResourceDrifts[0]?.PropertyDifferences, [
      { PropertyPath: '/KmsMasterKeyId', ExpectedValue: 'null', ActualValue: 'k', DifferenceType: 'ADD' },
    ]);
  });

  it('D4 is taken back by a change set that reverts it', async () => {
    await using sim = await simulate();
    await sim.deploy('a', named('x'));
    sim.tamper('a', 'Topic', { DisplayName: 'y' });
    const { ChangeSetName } = await sim.create('a', named('x'), reverting);
    const described = await sim.aws.describeChangeSet({ ChangeSetName });
    assert.deepEqual([described.DeploymentMode, described.StackDriftStatus], ['REVERT_DRIFT', 'DRIFTED']);
    const [change, ...others] = await sim.changes(ChangeSetName, true);
    assert.deepEqual(others, []);
    assert.deepEqual([change?.Action, change?.ResourceDriftStatus], ['Modify', 'MODIFIED']);
    const { BeforeValue, AfterValue, BeforeValueFrom, AfterValueFrom, Drift } = change?.Details?.[0]?.Target ?? {};
    assert.deepEqual(
      [BeforeValue, AfterValue, BeforeValueFrom, AfterValueFrom, Drift?.PreviousValue, Drift?.ActualValue],
      ['y', 'x', 'ACTUAL_STATE', 'TEMPLATE', 'x', 'y'],
    );
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    await sim.aws.detectStackDrift({ StackName: 'a' });
    await sim.settle();
    assert.equal((await sim.stack('a')).DriftInformation?.StackDriftStatus, 'IN_SYNC');
  });

  it('D5 is only noted where it is what is wanted now', async () => {
    await using sim = await simulate();
    await sim.deploy('a', named('x'));
    sim.tamper('a', 'Topic', { DisplayName: 'y' });
    const { ChangeSetName } = await sim.create('a', named('y'), reverting);
    const [change] = await sim.changes(ChangeSetName, true);
    assert.equal(change?.Action, 'SyncWithActual');
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    assert.deepEqual(
      (await sim.events('a')).filter((event) => event.startsWith('Topic UPDATE')),
      [],
    );
    const again = await sim.create('a', named('y'), reverting);
    assert.equal((await sim.aws.describeChangeSet(again)).Status, 'FAILED');
  });

  it('D6 is made good where the resource is gone', async () => {
    await using sim = await simulate();
    await sim.deploy('a', oneTopic);
    const before = (await sim.aws.describeStackResource({ StackName: 'a', LogicalResourceId: 'Topic' }))
      .StackResourceDetail?.PhysicalResourceId;
    sim.tamper('a', 'Topic', null);
    const { ChangeSetName } = await sim.create('a', oneTopic, reverting);
    const [change] = await sim.changes(ChangeSetName);
    assert.deepEqual([change?.Action, change?.ResourceDriftStatus], ['Add', 'DELETED']);
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    const after = (await sim.aws.describeStackResource({ StackName: 'a', LogicalResourceId: 'Topic' }))
      .StackResourceDetail?.PhysicalResourceId;
    assert.notEqual(after, before);
  });

  it('D7 cannot be reverted where nothing is', async () => {
    await using sim = await simulate();
    await assert.rejects(sim.create('a', oneTopic, { DeploymentMode: 'REVERT_DRIFT' }), /REVERT_DRIFT/);
  });
});
