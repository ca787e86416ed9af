/**
 * A simulator of CloudFormation, and of what operations ask of S3, Lambda, ECR, CloudWatch, STS and the deployed API: it answers what they would
 * answer (`behaviour.md`), and runs nothing.
 *
 * ```ts
 * const simulator = await startSimulator();
 * const client = new CloudFormation({ endpoint: simulator.url, … });
 * await simulator.stop();
 * ```
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { checkAccess, type Refusals, serviceOf, usualRefusals } from './access.ts';
import * as changeSets from './actions/change-sets.ts';
import * as drift from './actions/drift.ts';
import * as events from './actions/events.ts';
import * as hooks from './actions/hooks.ts';
import * as resources from './actions/resources.ts';
import * as rollbacks from './actions/rollbacks.ts';
import * as stacks from './actions/stacks.ts';
import * as templates from './actions/templates.ts';
import { type Clock, realClock } from './clock.ts';
import { Fault, notSimulated } from './fault.ts';
import { uuid } from './identifiers.ts';
import { type Action, inputOf, operations, outputOf } from './protocol/model.ts';
import { readQuery } from './protocol/query.ts';
import { errorXml, resultXml } from './protocol/xml.ts';
import { api } from './services/api.ts';
import { apiGateway } from './services/api-gateway.ts';
import { cloudWatch } from './services/cloudwatch.ts';
import { ecr } from './services/ecr.ts';
import { jsonAction, jsonFault } from './services/json.ts';
import { lambda, lambdaAction, fault as lambdaFault } from './services/lambda.ts';
import { rds, rdsAction, rdsFault } from './services/rds.ts';
import { s3, s3Action, s3Fault } from './services/s3.ts';
import type { ServiceAnswer, ServiceRequest } from './services/service.ts';
import { sts, stsAction, stsFault } from './services/sts.ts';
import {
  type Account,
  type ApiAnswer,
  type ApiRequest,
  type Invocation,
  type ResourceRequest,
  stackOf,
} from './state.ts';
import type { Tree } from './template/template.ts';

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
  /** Says why a resource cannot be deleted, or brought back to what it was; undefined where it can. */
  readonly resisting?: Account['resisting'];
  /** Which resources a description with property values leaves out, as the real one sometimes does. */
  readonly omitting?: (logicalId: string) => boolean;
  readonly refusals?: Refusals;
  /** What an organisation's rules find wrong with a resource that is added or changed; by default nothing. */
  readonly hooking?: Account['hooking'];
  /** What a function answers to whoever invokes it; by default null. */
  readonly invoking?: (invocation: Invocation) => unknown;
  /** What the deployed API answers; by default that it is healthy, whatever it is asked. */
  readonly serving?: (request: ApiRequest) => ApiAnswer;
  /** Whether a repository has an image; by default every one that is asked for. */
  readonly storing?: Account['storing'];
  /** Why an alarm has gone off; by default none has. */
  readonly alarming?: Account['alarming'];
}

export interface Simulator {
  readonly url: string;
  /**
   * Changes a resource behind CloudFormation's back, as somebody in the console would.
   * @param properties those that become others; null deletes the resource
   */
  tamper(stackName: string, logicalId: string, properties: Tree | null): void;
  stop(): Promise<void>;
  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const actions: { readonly [A in Action]: (account: Account, input: never) => object } = {
  CancelUpdateStack: rollbacks.cancelUpdateStack,
  ContinueUpdateRollback: rollbacks.continueUpdateRollback,
  CreateChangeSet: changeSets.createChangeSet,
  DeleteChangeSet: changeSets.deleteChangeSet,
  DeleteStack: stacks.deleteStack,
  DescribeChangeSet: changeSets.describeChangeSet,
  DescribeEvents: events.describeEvents,
  DescribeStackDriftDetectionStatus: drift.describeStackDriftDetectionStatus,
  DescribeStackEvents: resources.describeStackEvents,
  DescribeStackResource: resources.describeStackResource,
  DescribeStackResourceDrifts: drift.describeStackResourceDrifts,
  DescribeStackResources: resources.describeStackResources,
  DescribeStacks: stacks.describeStacks,
  DetectStackDrift: drift.detectStackDrift,
  ExecuteChangeSet: changeSets.executeChangeSet,
  GetHookResult: hooks.getHookResult,
  GetStackPolicy: stacks.getStackPolicy,
  GetTemplate: templates.getTemplate,
  GetTemplateSummary: templates.getTemplateSummary,
  ListChangeSets: changeSets.listChangeSets,
  ListHookResults: hooks.listHookResults,
  ListStackResources: resources.listStackResources,
  ListStacks: stacks.listStacks,
  RollbackStack: rollbacks.rollbackStack,
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
    resisting: options.resisting ?? (() => undefined),
    omitting: options.omitting ?? (() => false),
    hooking: options.hooking ?? (() => undefined),
    invoking: options.invoking ?? (() => null),
    serving: options.serving ?? (() => ({ status: 200, body: '{"status":"healthy"}' })),
    storing: options.storing ?? (() => true),
    alarming: options.alarming ?? (() => undefined),
    stacks: [],
    orphans: [],
    versions: new Map(),
    objects: new Map(),
    restored: [],
    detections: new Map(),
  };
  const refusals = options.refusals ?? usualRefusals;
  let requests = 0;
  const server = createServer(async (request, response) => {
    const requestId = uuid('request', requests++);
    const { status, headers, body } = await answer(account, refusals, await read(request), requestId);
    const ids = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId };
    response.writeHead(status, { 'content-type': 'text/xml', ...ids, ...headers }).end(body);
  });
  const port = await listen(server, options.port ?? 0);
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const tamper: Simulator['tamper'] = (stackName, logicalId, properties) => {
    const { resources } = stackOf(account, stackName);
    const resource = resources.get(logicalId);
    if (!resource) throw new Error(`${stackName} has no resource ${logicalId}.`);
    resources.set(logicalId, {
      ...resource,
      live: properties && { ...(resource.live ?? resource.properties), ...properties },
    });
  };
  return { url: `http://127.0.0.1:${port}`, tamper, stop, [Symbol.asyncDispose]: stop };
}

async function read(request: IncomingMessage): Promise<ServiceRequest> {
  return {
    method: request.method ?? 'GET',
    url: new URL(request.url ?? '/', 'http://simulated.invalid'),
    headers: request.headers,
    body: await buffer(request),
  };
}

/** One door for all: whose request it is, its signature says. What is not signed is for the deployed API. */
async function answer(
  account: Account,
  refusals: Refusals,
  request: ServiceRequest,
  requestId: string,
): Promise<ServiceAnswer> {
  const { authorization, 'x-forwarded-host': host } = request.headers;
  if (typeof host === 'string' && authorization === undefined) return api(account, host, request);
  switch (serviceOf(authorization)) {
    case 'cloudformation':
      return cloudFormation(account, refusals, request, requestId);
    case 'apigateway':
      return refused(
        (error) => lambdaFault(error.status, `${error.code}Exception`, error.message),
        () => {
          checkAccess(authorization, 'apigateway', request.method, account.id, refusals);
          return apiGateway(account, request);
        },
      );
    case 'lambda':
      return refused(
        (error) => lambdaFault(error.status, `${error.code}Exception`, error.message),
        () => {
          checkAccess(authorization, 'lambda', lambdaAction(request), account.id, refusals);
          return lambda(account, request);
        },
      );
    case 'ecr':
    case 'monitoring': {
      const service = serviceOf(authorization);
      return refused(
        (error) => jsonFault(`${error.code}Exception`, error.message, error.status),
        () => {
          checkAccess(authorization, service, jsonAction(request), account.id, refusals);
          return service === 'ecr' ? ecr(account, request) : cloudWatch(account, request);
        },
      );
    }
    case 'sts':
      return refused(
        (error) => stsFault(error.status, error.code, error.message, requestId),
        () => {
          checkAccess(authorization, 'sts', stsAction(request), account.id, refusals);
          return sts(account, request, requestId);
        },
      );
    case 'rds':
      return refused(
        (error) => rdsFault(error.status, error.code, error.message, requestId),
        () => {
          checkAccess(authorization, 'rds', rdsAction(request), account.id, refusals);
          return rds(account, request, requestId);
        },
      );
    case 's3':
      return refused(
        (error) => s3Fault(error.status, error.code, error.message),
        () => {
          checkAccess(authorization, 's3', s3Action(request), account.id, refusals);
          return s3(account, request);
        },
      );
  }
}

async function refused(
  say: (fault: Fault) => ServiceAnswer,
  work: () => ServiceAnswer | Promise<ServiceAnswer>,
): Promise<ServiceAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) return say(error);
    // A bug of the simulator; 501, for the SDK would try a 500 again.
    return { status: 501, body: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function cloudFormation(
  account: Account,
  refusals: Refusals,
  { body: form, headers }: ServiceRequest,
  requestId: string,
): ServiceAnswer {
  try {
    const fields = new URLSearchParams(form.toString());
    const name = fields.get('Action') ?? '';
    checkAccess(headers.authorization, 'cloudformation', name, account.id, refusals);
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
