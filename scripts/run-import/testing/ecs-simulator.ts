/**
 * A simulator of what an import needs of ECS: RunTask, DescribeTasks, StopTask, in its JSON protocol. A task goes one
 * step of its script further with every DescribeTasks, as moto's does; unlike moto's, it can end badly. Shapes and the
 * words of errors: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html and its neighbours.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What DescribeTasks says from one step on. */
export interface Step {
  readonly lastStatus: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly container?: { readonly exitCode?: number; readonly reason?: string };
}

export interface EcsSimulator extends AsyncDisposable {
  readonly url: string;
  /** Every request so far, by the name of its action. */
  readonly requests: readonly { readonly action: string; readonly body: Readonly<Record<string, unknown>> }[];
}

export interface Script {
  readonly steps?: readonly Step[];
  /** Reasons for which RunTask starts nothing; it answers 200 all the same. */
  readonly failures?: readonly { readonly reason: string; readonly detail?: string }[];
  /** By action: the error that it answers with. */
  readonly errors?: Readonly<
    Record<string, { readonly type: string; readonly message: string; readonly after?: number }>
  >;
}

export const taskArn = 'arn:aws:ecs:us-east-1:123456789012:task/geodata-import/0123456789abcdef0123456789abcdef';

const endsWell: readonly Step[] = [
  { lastStatus: 'PROVISIONING' },
  { lastStatus: 'RUNNING' },
  { lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited', container: { exitCode: 0 } },
];

export async function startEcsSimulator({
  steps = endsWell,
  failures,
  errors = {},
}: Script = {}): Promise<EcsSimulator> {
  const requests: { action: string; body: Record<string, unknown> }[] = [];
  let step = 0;
  let stoppedBecause: string | undefined;

  const answer = (action: string): object => {
    const error = errors[action];
    const asked = requests.filter((request) => request.action === action).length;
    if (error && asked > (error.after ?? 0)) return { __type: error.type, message: error.message };
    if (action === 'RunTask') return failures ? { tasks: [], failures } : { tasks: [{ taskArn }], failures: [] };
    if (action === 'StopTask') {
      stoppedBecause = String(requests.at(-1)?.body.reason);
      return { task: { taskArn } };
    }
    return { tasks: [task()] };
  };

  const task = (): object => {
    // 143 is what a process ends with that SIGTERM has ended.
    const ended = { lastStatus: 'STOPPED', stopCode: 'UserInitiated', container: { exitCode: 143 } };
    const now: Step = stoppedBecause === undefined ? (steps[Math.min(step++, steps.length - 1)] ?? ended) : ended;
    const { container, ...rest } = now;
    return { taskArn, ...rest, containers: [{ name: 'import', ...container }] };
  };

  const server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    requests.push({ action, body: (await json(request)) as Record<string, unknown> });
    const body = answer(action);
    response.writeHead('__type' in body ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
