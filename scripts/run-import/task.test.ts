import assert from 'node:assert/strict';
import { connectEcs } from '../aws/ecs.ts';
import { Interrupted } from '../terminal/command.ts';
import { RunImportError } from './errors.ts';
import type { Ended } from './outcome.ts';
import type { Place } from './place.ts';
import { type Order, runTask } from './task.ts';
import { type EcsSimulator, type Script, startEcsSimulator, taskArn } from './testing/ecs-simulator.ts';

const place: Place = {
  environment: 'staging' as const,
  region: 'us-east-1',
  cluster: 'geodata-import',
  taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/geodata-import:7',
  subnets: ['subnet-a', 'subnet-b'],
  securityGroup: 'sg-import',
  logGroup: '/ecs/geodata-import',
};
const order: Order = {
  arguments: ['--dataset', 'cd,sldu', '--dry-run'],
  token: 'run-17-1',
  startedBy: 'github-run-17',
};
const stream = 'import/import/0123456789abcdef0123456789abcdef';

describe('run-import: a task on Fargate', () => {
  let said: string[];
  beforeEach(() => {
    said = [];
  });

  interface Play extends Script {
    /** What the log has at each reading. */
    readonly log?: readonly (readonly string[] | Error)[];
    readonly interruptAt?: string;
    readonly timeoutMinutes?: number;
  }

  async function play({ log = [], interruptAt, timeoutMinutes = 1, ...script }: Play): Promise<[Ended, EcsSimulator]> {
    await using simulator = await startEcsSimulator(script);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const ecs = await connectEcs({ region: 'us-east-1', endpoint: simulator.url, credentials });
    const interruption = new AbortController();
    let reading = 0;
    const run = {
      ecs,
      signal: interruption.signal,
      pause: 1,
      timeoutMinutes,
      say(line: string) {
        said.push(line);
        if (interruptAt !== undefined && line.includes(interruptAt)) interruption.abort(new Interrupted());
      },
      async started(arn: string) {
        said.push(`started ${arn}`);
      },
      async readLog(name: string, next: string | undefined) {
        assert.equal(name, stream);
        assert.equal(next, reading === 0 ? undefined : `token ${reading}`);
        const lines = log[reading++] ?? [];
        if (lines instanceof Error) throw lines;
        return { lines, next: `token ${reading}` };
      },
    };
    try {
      return [await runTask(run, place, order), simulator];
    } finally {
      lastRequests = simulator.requests;
      ecs.destroy();
    }
  }
  let lastRequests: EcsSimulator['requests'] = [];
  const fails = (script: Play, expected: RegExp, code = 1) =>
    assert.rejects(play(script), (error: unknown) => {
      assert.ok(error instanceof RunImportError, String(error));
      assert.match(`${error.message}\n${error.remedy}`, expected);
      assert.equal(error.exitCode, code);
      return true;
    });

  it('is started once, in the network of the stack, with words and no shell', async () => {
    const [ended] = await play({});
    assert.deepEqual(ended, { taskArn, status: 0, exitCode: 0 });
    assert.deepEqual(lastRequests[0], {
      action: 'RunTask',
      body: {
        cluster: place.cluster,
        taskDefinition: place.taskDefinition,
        clientToken: 'run-17-1',
        startedBy: 'github-run-17',
        count: 1,
        launchType: 'FARGATE',
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ['subnet-a', 'subnet-b'],
            securityGroups: ['sg-import'],
            assignPublicIp: 'ENABLED',
          },
        },
        overrides: { containerOverrides: [{ name: 'import', command: ['--dataset', 'cd,sldu', '--dry-run'] }] },
      },
    });
  });

  it('says each state once and every line of the log, those that arrive after its end too', async () => {
    await play({ log: [[], ['reading tl_2024_08_sldu.zip'], ['done'], ['switched']] });
    assert.deepEqual(said, [
      `started ${taskArn}`,
      `${taskArn}\n  log: ${place.logGroup}, ${stream}`,
      '  provisioning',
      '  running',
      'reading tl_2024_08_sldu.zip',
      '  stopped',
      'done',
      'switched',
    ]);
  });

  it('goes on when its log cannot be read, and says so once', async () => {
    const [ended] = await play({ log: [new Error('denied'), new Error('denied')] });
    assert.equal(ended.exitCode, 0);
    assert.deepEqual(
      said.filter((line) => line.includes('log cannot')),
      ['  its log cannot be read: denied'],
    );
  });

  for (const [status, code] of [
    [3, 3],
    [5, 5],
    [1, 1],
    [42, 1],
    [137, 1],
  ]) {
    it(`ends with ${code} where the importer ends with ${status}`, async () => {
      const [ended] = await play({ steps: [{ lastStatus: 'STOPPED', container: { exitCode: status ?? 0 } }] });
      assert.deepEqual([ended.status, ended.exitCode], [status, code]);
    });
  }

  it('fails where ECS answers 200 and starts nothing', async () => {
    await fails(
      { failures: [{ reason: 'RESOURCE:FARGATE', detail: 'no capacity' }] },
      /no task: RESOURCE:FARGATE: no capacity/,
    );
  });

  it('fails where the container never ran, with the reason and what helps', async () => {
    const stoppedReason = 'CannotPullContainerError: pull image manifest has been retried 7 time(s)';
    await fails(
      { steps: [{ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart', stoppedReason }] },
      /could not be started: CannotPullContainerError.*\n.*image of the release/,
    );
  });

  it('fails where the container ended without a status: that is no success', async () => {
    await fails(
      { steps: [{ lastStatus: 'STOPPED', stoppedReason: 'Host EC2 terminated' }] },
      /ended without a status: Host/,
    );
  });

  it('names memory where memory was the reason', async () => {
    const container = { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' };
    await fails({ steps: [{ lastStatus: 'STOPPED', container }] }, /ran out of memory.*more memory/s);
  });

  it('is stopped by Ctrl-C, which waits until it has rolled back', async () => {
    const steps = [{ lastStatus: 'RUNNING' }];
    await assert.rejects(play({ steps, interruptAt: 'running' }), Interrupted);
    const actions = lastRequests.map(({ action }) => action);
    assert.deepEqual(actions, ['RunTask', 'DescribeTasks', 'StopTask', 'DescribeTasks']);
    assert.equal(lastRequests[2]?.body.reason, 'interrupted');
    assert.equal(said.at(-1), '  stopped');
  });

  it('is stopped when it takes too long', async () => {
    await fails(
      { steps: [{ lastStatus: 'RUNNING' }], timeoutMinutes: 0.002 },
      /longer than 0.002 minutes.*fewer states/s,
    );
    assert.ok(lastRequests.some(({ action }) => action === 'StopTask'));
  });

  it('says that it may still be running where ECS stops answering questions about it', async () => {
    const errors = { DescribeTasks: { type: 'AccessDeniedException', message: 'not you', after: 1 } };
    await fails({ steps: [{ lastStatus: 'RUNNING' }], errors }, /not you\nThe import may still be running: arn:/, 7);
  });

  it('explains a refusal by who asks', async () => {
    const errors = { RunTask: { type: 'AccessDeniedException', message: 'User is not authorized' } };
    await assert.rejects(play({ errors }), (error: Error & { remedy?: string }) => {
      assert.match(error.message, /ECS refuses RunTask: User is not authorized/);
      assert.match(error.remedy ?? '', /ecs:RunTask/);
      return true;
    });
  });
});
