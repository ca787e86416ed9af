import assert from 'node:assert/strict';
import { simulate, stepMs, topic } from './fixture.ts';
import type { SimulatorOptions } from './simulator.ts';

const named = (...names: string[]) => ({
  Resources: Object.fromEntries(
    names.map((DisplayName, index) => [`Topic${index}`, { ...topic, Properties: { DisplayName } }]),
  ),
});
const update = { ChangeSetType: 'UPDATE' } as const;
const badName: SimulatorOptions['failing'] = ({ properties }) =>
  properties.DisplayName === 'bad' ? 'Quota exceeded' : undefined;

describe('simulated CloudFormation: ways back', () => {
  it('E22 cancels an update that is under way, and nothing else', async () => {
    await using sim = await simulate();
    await sim.deploy('a', named('x', 'y'));
    const refused = /CancelUpdateStack cannot be called from current stack status/;
    await assert.rejects(sim.aws.cancelUpdateStack({ StackName: 'a' }), refused);
    const { ChangeSetName } = await sim.create('a', named('x2', 'y2'), update);
    await sim.aws.executeChangeSet({ ChangeSetName, ClientRequestToken: 'mine' });
    await sim.clock.advance(stepMs / 2);
    await sim.aws.cancelUpdateStack({ StackName: 'a', ClientRequestToken: 'cancel' });
    await sim.settle();
    const stack = await sim.stack('a');
    assert.deepEqual(
      [stack.StackStatus, stack.LastOperations?.[0]?.OperationType],
      ['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_STACK'],
    );
    const tokens = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await sim.aws.describeStackEvents({ StackName: 'a', ...(token && { NextToken: token }) });
      tokens.push(...(page.StackEvents ?? []).map(({ ClientRequestToken }) => ClientRequestToken));
      token = page.NextToken;
    }
    assert.deepEqual([...new Set(tokens)], ['cancel', 'mine', undefined]);
    await sim.deploy('a', named('x3', 'y3'), update);
    assert.equal((await sim.stack('a')).StackStatus, 'UPDATE_COMPLETE');
  });

  it('E23 stops where a resource cannot be brought back', async () => {
    await using sim = await simulate({
      failing: badName,
      resisting: ({ logicalId, step }) => (step === 'roll back' && logicalId === 'Topic0' ? 'It is gone' : undefined),
    });
    await sim.deploy('a', named('x', 'y'));
    // The second begins when the first is done, so that there is something to bring back.
    const changed = named('x2', 'bad');
    Object.assign(changed.Resources.Topic1 ?? {}, { DependsOn: 'Topic0' });
    await sim.deploy('a', changed, update);
    const { StackStatus, StackStatusReason } = await sim.stack('a');
    assert.deepEqual(
      [StackStatus, StackStatusReason],
      ['UPDATE_ROLLBACK_FAILED', 'The following resource(s) failed to update: [Topic0]. '],
    );
    const { StackResourceDetail } = await sim.aws.describeStackResource({
      StackName: 'a',
      LogicalResourceId: 'Topic0',
    });
    assert.deepEqual(
      [StackResourceDetail?.ResourceStatus, StackResourceDetail?.ResourceStatusReason],
      ['UPDATE_FAILED', 'It is gone'],
    );
    await assert.rejects(
      sim.create('a', named('x'), update),
      /is in UPDATE_ROLLBACK_FAILED state and can not be updated/,
    );
  });

  it('E24 goes on with a rollback that stopped, without what is skipped', async () => {
    for (const skips of [false, true]) {
      let resists = true;
      await using sim = await simulate({
        failing: badName,
        resisting: ({ logicalId }) => (resists && logicalId === 'Topic0' ? 'It is gone' : undefined),
      });
      await sim.deploy('a', named('x', 'y'));
      await assert.rejects(sim.aws.continueUpdateRollback({ StackName: 'a' }), /can not continue update rollback/);
      const changed = named('x2', 'bad');
      Object.assign(changed.Resources.Topic1 ?? {}, { DependsOn: 'Topic0' });
      await sim.deploy('a', changed, update);
      await sim.aws.continueUpdateRollback({ StackName: 'a' });
      await sim.settle();
      assert.equal((await sim.stack('a')).StackStatus, 'UPDATE_ROLLBACK_FAILED', 'as long as it resists');
      await assert.rejects(
        sim.aws.continueUpdateRollback({ StackName: 'a', ResourcesToSkip: ['Topic1'] }),
        /not in a valid status: \[Topic1\]/,
      );
      resists = skips;
      await sim.aws.continueUpdateRollback({ StackName: 'a', ...(skips && { ResourcesToSkip: ['Topic0'] }) });
      await sim.settle();
      const stack = await sim.stack('a');
      assert.deepEqual(
        [stack.StackStatus, stack.LastOperations?.[0]?.OperationType],
        ['UPDATE_ROLLBACK_COMPLETE', 'CONTINUE_ROLLBACK'],
      );
      await sim.aws.detectStackDrift({ StackName: 'a' });
      await sim.settle();
      assert.equal((await sim.stack('a')).DriftInformation?.StackDriftStatus, skips ? 'DRIFTED' : 'IN_SYNC');
    }
  });

  it('E25 takes back what failed and stayed', async () => {
    await using sim = await simulate({ failing: badName });
    await sim.deploy('a', named('x'));
    await assert.rejects(sim.aws.rollbackStack({ StackName: 'a' }), /can not be rolled back/);
    for (const [name, type, status, end] of [
      ['a', 'UPDATE', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_COMPLETE'],
      ['b', 'CREATE', 'CREATE_FAILED', 'ROLLBACK_COMPLETE'],
    ] as const) {
      const { ChangeSetName } = await sim.create(name, named('bad'), { ChangeSetType: type });
      await sim.aws.executeChangeSet({ ChangeSetName, DisableRollback: true });
      await sim.settle();
      assert.equal((await sim.stack(name)).StackStatus, status);
      await sim.aws.rollbackStack({ StackName: name });
      await sim.settle();
      assert.equal((await sim.stack(name)).StackStatus, end);
    }
  });

  it('E26 stops where what a failed creation made cannot be deleted', async () => {
    await using sim = await simulate({ failing: badName, resisting: () => 'In use' });
    await sim.deploy('a', named('x', 'bad'));
    const { StackStatus, StackStatusReason } = await sim.stack('a');
    assert.equal(StackStatus, 'ROLLBACK_FAILED');
    assert.match(StackStatusReason ?? '', /failed to delete: \[/);
  });
});
