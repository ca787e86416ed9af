/** One import as a task on Fargate: started, watched to its end, stopped when it is interrupted. */
import { setTimeout } from 'node:timers/promises';
import type { ECS, Task } from '../aws/ecs.ts';
import type { LogLines } from '../aws/logs.ts';
import { Interrupted } from '../terminal/command.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { RunImportError } from './errors.ts';
import { type Ended, outcome } from './outcome.ts';
import { container, type Place } from './place.ts';

export interface Watch {
  readonly ecs: ECS;
  /** Between two questions, in milliseconds. */
  readonly pause: number;
  say(line: string): void;
  /** Lines of a stream of the log group since `next`. */
  readLog(stream: string, next: string | undefined, signal: AbortSignal): Promise<LogLines>;
}

export interface Run extends Watch {
  readonly signal: AbortSignal;
  readonly timeoutMinutes: number;
  /** Told before anything can go wrong with it. */
  started(taskArn: string): Promise<void>;
}

export interface Order {
  /** The importer's words. */
  readonly arguments: readonly string[];
  /** The same token never starts a second task (ECS keeps it for a day); at most 64 characters. */
  readonly token: string;
  /** Who asked, as ECS shows it. */
  readonly startedBy: string;
}

/** The importer is given a minute to roll back (its StopTimeout), and ECS some time to say so. */
const stopWithinMs = 120_000;

/**
 * Runs the task and says what it logs.
 * @returns once the container has ended with a status, whichever
 * @throws RunImportError where it was not started, or ended without a status
 * @throws Interrupted after it was stopped
 */
export async function runTask(run: Run, place: Place, order: Order): Promise<Ended> {
  run.signal.throwIfAborted();
  const taskArn = await start(run, place, order);
  await run.started(taskArn);
  run.say(`${taskArn}\n  log: ${place.logGroup}, ${streamOf(taskArn)}`);
  const deadline = AbortSignal.timeout(run.timeoutMinutes * 60_000);
  const log = tail(run, taskArn);
  try {
    const task = await stopped(run, place, taskArn, AbortSignal.any([run.signal, deadline]), log);
    return outcome(task);
  } catch (error) {
    if (!run.signal.aborted && !deadline.aborted) throw abandoned(error, place, taskArn);
    const reason = deadline.aborted ? `longer than ${run.timeoutMinutes} minutes` : 'interrupted';
    await stop(run, place, taskArn, reason, log);
    if (run.signal.aborted) throw new Interrupted();
    throw new RunImportError(
      `The import took longer than ${run.timeoutMinutes} minutes and was stopped.`,
      'What it had not switched to yet is rolled back. Run it again with a longer --timeout, or for fewer states.',
    );
  }
}

/** Stops a task that another process has started, and waits until it has rolled back. */
export async function stopTask(run: Watch, place: Place, taskArn: string): Promise<void> {
  await stop(run, place, taskArn, 'asked to stop', tail(run, taskArn));
}

async function start({ ecs }: Run, place: Place, order: Order): Promise<string> {
  // Not to be interrupted: nobody would know whether there is a task.
  const { tasks = [], failures = [] } = await ecs.runTask({
    cluster: place.cluster,
    taskDefinition: place.taskDefinition,
    clientToken: order.token,
    startedBy: order.startedBy,
    count: 1,
    launchType: 'FARGATE',
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...place.subnets],
        securityGroups: [place.securityGroup],
        // Census and ECR are reached from public subnets: there is no NAT gateway to pay for.
        assignPublicIp: 'ENABLED',
      },
    },
    overrides: { containerOverrides: [{ name: container, command: [...order.arguments] }] },
  });
  // RunTask answers 200 also where it could place nothing.
  const taskArn = tasks[0]?.taskArn;
  if (taskArn !== undefined) return taskArn;
  const reasons = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': '));
  throw new RunImportError(
    `ECS started no task: ${reasons.join('; ') || 'it does not say why'}.`,
    'Where it is for want of capacity, try again in a minute; else deploy the stack geodata-import again.',
  );
}

/** Polls by itself: the SDK's waiter gives up after ten minutes. */
async function stopped(run: Watch, place: Place, taskArn: string, signal: AbortSignal, log: Tail): Promise<Task> {
  let last = '';
  for (;;) {
    const { tasks = [] } = await run.ecs.describeTasks(
      { cluster: place.cluster, tasks: [taskArn] },
      { abortSignal: signal },
    );
    const task = tasks[0];
    const status = task?.lastStatus ?? '';
    if (status !== '' && status !== last) run.say(`  ${status.toLowerCase()}`);
    last = status;
    await log(signal);
    await setTimeout(run.pause, undefined, { signal });
    if (task && status === 'STOPPED') {
      // CloudWatch gets the last lines after ECS has seen the container end.
      await log(signal);
      return task;
    }
  }
}

/** As the task's log driver names it: prefix, container, task. */
function streamOf(taskArn: string): string {
  return `import/${container}/${taskArn.split('/').at(-1)}`;
}

type Tail = (signal: AbortSignal) => Promise<void>;

function tail(run: Watch, taskArn: string): Tail {
  const stream = streamOf(taskArn);
  let next: string | undefined;
  let said = false;
  return async (signal) => {
    try {
      const read = await run.readLog(stream, next, signal);
      next = read.next;
      for (const line of read.lines) run.say(line);
    } catch (error) {
      signal.throwIfAborted();
      // The import goes on whether or not it can be watched.
      if (!said) run.say(`  its log cannot be read: ${error instanceof Error ? error.message : error}`);
      said = true;
    }
  };
}

async function stop(run: Watch, place: Place, taskArn: string, reason: string, log: Tail): Promise<void> {
  run.say(`  stopping it: ${reason}`);
  const signal = AbortSignal.timeout(stopWithinMs);
  try {
    await run.ecs.stopTask({ cluster: place.cluster, task: taskArn, reason }, { abortSignal: signal });
    await stopped(run, place, taskArn, signal, log);
  } catch (error) {
    throw abandoned(error, place, taskArn);
  }
}

/** Whatever happened, the task may still be running. */
function abandoned(error: unknown, { environment }: Place, taskArn: string): unknown {
  if (
    !(error instanceof Error) ||
    error instanceof RunImportError ||
    !('remedy' in error || error.name === 'AbortError')
  )
    return error;
  return new RunImportError(
    `${error.message}\nThe import may still be running: ${taskArn}`,
    `Watch it: npm run logs -- ${environment} --import --follow\nStop it: npm run run-import -- ${environment} --stop ${taskArn}`,
    exitCode.needsHuman,
    error,
  );
}
