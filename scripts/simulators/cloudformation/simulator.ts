/**
 * A simulator of CloudFormation: it answers what CloudFormation would answer (`behaviour.md`), and runs nothing.
 *
 * ```ts
 * const simulator = await startSimulator();
 * const client = new CloudFormation({ endpoint: simulator.url, … });
 * await simulator.stop();
 * ```
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { checkAccess, type Refusals, usualRefusals } from './access.ts';
import * as changeSets from './actions/change-sets.ts';
import * as events from './actions/events.ts';
import * as resources from './actions/resources.ts';
import * as stacks from './actions/stacks.ts';
import * as templates from './actions/templates.ts';
import { type Clock, realClock } from './clock.ts';
import { Fault, notSimulated } from './fault.ts';
import { uuid } from './identifiers.ts';
import { type Action, inputOf, operations, outputOf } from './protocol/model.ts';
import { readQuery } from './protocol/query.ts';
import { errorXml, resultXml } from './protocol/xml.ts';
import type { Account, ResourceRequest } from './state.ts';

export interface SimulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly clock?: Clock;
  /** How long each step of a change set or a resource takes, in milliseconds. */
  readonly stepMs?: number;
  readonly pageSize?: number;
  readonly accountId?: string;
  readonly region?: string;
  /** Says why a resource cannot be made or changed; undefined where it can. */
  readonly failing?: (resource: ResourceRequest) => string | undefined;
  /** Which resources a description with property values leaves out, as the real one sometimes does. */
  readonly omitting?: (logicalId: string) => boolean;
  readonly refusals?: Refusals;
}

export interface Simulator {
  readonly url: string;
  stop(): Promise<void>;
  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const actions: { readonly [A in Action]: (account: Account, input: never) => object } = {
  CreateChangeSet: changeSets.createChangeSet,
  DeleteChangeSet: changeSets.deleteChangeSet,
  DeleteStack: stacks.deleteStack,
  DescribeChangeSet: changeSets.describeChangeSet,
  DescribeEvents: events.describeEvents,
  DescribeStackEvents: resources.describeStackEvents,
  DescribeStackResource: resources.describeStackResource,
  DescribeStackResources: resources.describeStackResources,
  DescribeStacks: stacks.describeStacks,
  ExecuteChangeSet: changeSets.executeChangeSet,
  GetStackPolicy: stacks.getStackPolicy,
  GetTemplate: templates.getTemplate,
  GetTemplateSummary: templates.getTemplateSummary,
  ListChangeSets: changeSets.listChangeSets,
  ListStackResources: resources.listStackResources,
  ListStacks: stacks.listStacks,
  SetStackPolicy: stacks.setStackPolicy,
  UpdateTerminationProtection: stacks.updateTerminationProtection,
  ValidateTemplate: templates.validateTemplate,
};

/** Listens on loopback only. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const account: Account = {
    id: options.accountId ?? '123456789012',
    region: options.region ?? 'us-east-1',
    clock: options.clock ?? realClock,
    stepMs: options.stepMs ?? 5,
    pageSize: options.pageSize ?? 2,
    failing: options.failing ?? (() => undefined),
    omitting: options.omitting ?? (() => false),
    stacks: [],
  };
  const refusals = options.refusals ?? usualRefusals;
  let requests = 0;
  const server = createServer(async (request, response) => {
    const requestId = uuid('request', requests++);
    const { status, body } = await answer(account, refusals, request, requestId);
    response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }).end(body);
  });
  const port = await listen(server, options.port ?? 0);
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, stop, [Symbol.asyncDispose]: stop };
}

async function answer(account: Account, refusals: Refusals, request: IncomingMessage, requestId: string) {
  try {
    const fields = new URLSearchParams(await text(request));
    const name = fields.get('Action') ?? '';
    checkAccess(request.headers.authorization, name, account.id, refusals);
    const action = actionOf(name);
    const input = readQuery(inputOf(action), fields);
    const output = actions[action](account, input as never);
    return { status: 200, body: resultXml(action, outputOf(action), output, requestId) };
  } catch (error) {
    if (error instanceof Fault) {
      return { status: error.status, body: errorXml(error.code, error.message, error.status, requestId) };
    }
    // A bug of the simulator. 501, for the SDK would try a 500 again.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { status: 501, body: errorXml('SimulatorBug', message, 501, requestId) };
  }
}

function actionOf(name: string): Action {
  if (Object.hasOwn(operations, name)) return name as Action;
  if (name === '') throw new Fault('MissingAction', 'The request has no Action.');
  throw notSimulated(`the action ${name}`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
