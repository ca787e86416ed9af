/** One run of a workflow: its jobs, as soon as those that they need have ended. */
import { asText, holds, interpolate, isTrue, type Scope, type Value } from './expression.ts';
import { UnknownExpression } from './functions.ts';
import { type RanJob, type Result, runJob } from './job.ts';
import type { Ticket } from './queue.ts';
import { type Event, isUntrusted, type Site } from './site.ts';
import { type Concurrency, inputsOf, type Job, readWorkflow, type Workflow } from './workflow-file.ts';

export interface Running {
  readonly site: Site;
  readonly event: Event;
  readonly run: number;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly given: Readonly<Record<string, Result>>;
  say(line: string): void;
  heard(job: string, step: string, text: string): void;
  enter(concurrency: Concurrency | undefined, scope: Scope): Ticket | undefined;
}

export interface Run {
  readonly id: number;
  /** As GitHub lists it. */
  readonly title: string;
  readonly result: Promise<RunResult>;
  cancel(): void;
  /** Resolves when a step has said something that matches. */
  says(pattern: RegExp): Promise<void>;
}

export interface RunResult {
  readonly conclusion: Result;
  readonly jobs: readonly RanJob[];
  /** What happened, in its order. */
  readonly story: readonly string[];
  job(name: string): RanJob;
}

export interface RunOptions {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly attempt?: number;
  readonly run?: number;
  /** Jobs that are not run, by their name, and how they are said to have ended: what they do is tested elsewhere. */
  readonly given?: Readonly<Record<string, Result>>;
}

/** @param file of `.github/workflows/`, as it is in the site's repository */
export function startRun(site: Site, file: string, event: Event, options: RunOptions = {}): Run {
  const workflow = readWorkflow(site.repository.folder, file);
  const trigger = event.name === 'workflow_dispatch' ? workflow.on.workflow_dispatch : undefined;
  if (!(event.name in workflow.on)) throw new Error(`${file} does not run on ${event.name}.`);
  const inputs = inputsOf(trigger?.inputs, options.inputs ?? {});
  const payload = event.name === 'workflow_dispatch' ? { ...event.payload, inputs: textsOf(inputs) } : event.payload;
  const interruption = new AbortController();
  const story: string[] = [];
  const listeners = new Set<(text: string) => void>();
  let heard = '';
  const running: Running = {
    site,
    event: { ...event, payload },
    run: options.run ?? site.nextRun(),
    attempt: options.attempt ?? 1,
    signal: interruption.signal,
    given: options.given ?? {},
    say: (line) => story.push(line),
    heard: (_job, _step, text) => {
      heard += text;
      for (const listener of listeners) listener(heard);
    },
    enter: (concurrency, scope) =>
      concurrency &&
      site.queues.enter(asText(interpolate(concurrency.group, scope)), {
        queue: concurrency.queue,
        cancelInProgress: isTrue(interpolate(concurrency['cancel-in-progress'] ?? false, scope)),
        cancel: () => interruption.abort(),
      }),
  };
  const contexts = {
    github: githubContext(running, workflow),
    inputs: inputsContext(workflow, inputs),
    vars: site.vars ?? {},
  };
  const scope: Scope = { contexts, status: { success: true, failure: false, cancelled: false } };
  const result = (async (): Promise<RunResult> => {
    const ticket = running.enter(workflow.concurrency, scope);
    const goes = ticket ? await ticket.turn : true;
    const jobs: RanJob[] = [];
    const done = goes ? await runJobs({ running, workflow, contexts, jobs, prefix: '', granted: undefined }) : [];
    ticket?.leave();
    return {
      conclusion: goes ? conclude(done.map(({ result }) => result)) : 'cancelled',
      jobs,
      story,
      job: (name) => {
        const found = jobs.find((job) => job.name === name);
        if (!found) throw new Error(`There was no job "${name}", but ${jobs.map((job) => job.name).join(', ')}.`);
        return found;
      },
    };
  })();
  return {
    id: running.run,
    title: asText(interpolate(workflow['run-name'] ?? workflow.name, scope)),
    result,
    cancel: () => interruption.abort(),
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (text: string) => void (pattern.test(text) && resolve());
        listeners.add(look);
        look(heard);
        result.then(
          ({ story: told }) => reject(new Error(`It ended without saying ${pattern}:\n${told.join('\n')}\n${heard}`)),
          reject,
        );
      }),
  };
}

interface Jobs {
  readonly running: Running;
  readonly workflow: Workflow;
  readonly contexts: { readonly [name: string]: Value };
  /** Every job that was there, as it ends. */
  readonly jobs: RanJob[];
  readonly prefix: string;
  /** Of a called workflow: what its caller may do. */
  readonly granted: Readonly<Record<string, string>> | undefined;
}

interface Ended {
  readonly id: string;
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
}

async function runJobs(all: Jobs): Promise<readonly Ended[]> {
  const ended = new Map<string, Promise<Ended>>();
  const { workflow } = all;
  for (const id of inOrder(workflow)) {
    const job = workflow.jobs[id];
    if (job) ended.set(id, runOne(all, id, job, ended));
  }
  return Promise.all(ended.values());
}

async function runOne(all: Jobs, id: string, job: Job, others: ReadonlyMap<string, Promise<Ended>>): Promise<Ended> {
  const { running, workflow, contexts, jobs, prefix, granted } = all;
  const needs = await Promise.all([job.needs ?? []].flat().map((name) => others.get(name) as Promise<Ended>));
  const before = await Promise.all(ancestors(workflow, id).map((name) => others.get(name) as Promise<Ended>));
  const known = strict('needs', Object.fromEntries(needs.map((each) => [each.id, { ...each, id: null }])));
  const seen = { ...contexts, needs: known };
  const scope: Scope = {
    contexts: seen,
    status: {
      success: needs.every(({ result }) => result === 'success'),
      failure: before.some(({ result }) => result === 'failure'),
      cancelled: running.signal.aborted,
    },
  };
  const name = `${prefix}${job.name && !job.strategy ? asText(interpolate(job.name, scope)) : id}`;
  const aside = (result: Result): Ended => {
    jobs.push({ name, result, steps: [], outputs: {}, log: '', summary: '', notices: [] });
    return { id, result, outputs: {} };
  };
  if (!holds(job.if, scope)) return aside(running.signal.aborted ? 'cancelled' : 'skipped');
  const given = running.given[name];
  if (given !== undefined) return aside(given);
  refuseMore(name, job.permissions ?? {}, granted);
  const legs = matrixOf(job, scope);
  if (job.uses) {
    const called = legs.map((matrix) => {
      const own = { ...scope, contexts: { ...seen, ...(matrix && { matrix }) } };
      const legName = matrix ? `${prefix}${asText(interpolate(job.name ?? id, own))}` : name;
      return callWorkflow({ ...all, contexts: seen }, id, job, legName, own);
    });
    const done = await Promise.all(called);
    const outputs = Object.assign({}, ...done.map((each) => each.outputs));
    return { id, result: conclude(done.map(({ result }) => result)), outputs };
  }
  const permissions = isUntrusted(running.event, running.site.name) ? readOnly(job.permissions) : job.permissions;
  const ran = await Promise.all(
    legs.map(async (matrix) => {
      const own = { ...seen, matrix: matrix ?? {}, runner: { os: 'Linux', arch: 'X64' } };
      const legName = matrix ? `${prefix}${asText(interpolate(job.name ?? id, { ...scope, contexts: own }))}` : name;
      const env = { ...workflow.env, ...job.env };
      const done = await runJob({ running, name: legName, job: { ...job, permissions }, env, contexts: own });
      running.say(`${legName} ${done.result}`);
      jobs.push(done);
      return done;
    }),
  );
  return {
    id,
    result: conclude(ran.map(({ result }) => result)),
    outputs: Object.assign({}, ...ran.map(({ outputs }) => outputs)),
  };
}

async function callWorkflow(all: Jobs, id: string, job: Job, name: string, scope: Scope): Promise<Ended> {
  const { running } = all;
  const called = readWorkflow(running.site.repository.folder, job.uses?.split('/').at(-1) ?? '');
  const given = Object.fromEntries(
    Object.entries(job.with ?? {}).map(([key, value]) => [key, interpolate(value, scope)]),
  );
  const inputs = strict('inputs', inputsOf(called.on.workflow_call?.inputs, given));
  const { github = null, vars = null } = all.contexts;
  const done = await runJobs({
    ...all,
    workflow: called,
    contexts: { github, vars, inputs },
    prefix: `${name} / `,
    granted: job.permissions ?? {},
  });
  const jobs = Object.fromEntries(done.map((each) => [each.id, { result: each.result, outputs: each.outputs }]));
  const within: Scope = { contexts: { github, vars, inputs, jobs }, status: scope.status };
  const outputs = Object.entries(called.on.workflow_call?.outputs ?? {}).map(([key, { value }]) => [
    key,
    asText(interpolate(value, within)),
  ]);
  return { id, result: conclude(done.map(({ result }) => result)), outputs: Object.fromEntries(outputs) };
}

/** A called workflow can have no more rights than its caller's job. */
function refuseMore(name: string, wanted: Readonly<Record<string, string>>, granted: Jobs['granted']): void {
  if (!granted) return;
  for (const [scope, right] of Object.entries(wanted))
    if (granted[scope] !== right && granted[scope] !== 'write')
      throw new Error(`${name} is requesting '${scope}: ${right}', but is only allowed '${granted[scope] ?? 'none'}'.`);
}

function readOnly(permissions: Readonly<Record<string, 'read' | 'write'>> = {}): Record<string, 'read' | 'write'> {
  return Object.fromEntries(Object.keys(permissions).map((scope) => [scope, 'read' as const]));
}

function matrixOf({ strategy }: Job, scope: Scope): readonly (Readonly<Record<string, Value>> | undefined)[] {
  if (!strategy) return [undefined];
  const axes = Object.entries(strategy.matrix).map(([axis, values]) => {
    const list = interpolate(values, scope);
    if (!Array.isArray(list)) throw new Error(`The matrix ${axis} is no list.`);
    return list.map((value: Value) => ({ [axis]: value }));
  });
  return axes.reduce<Readonly<Record<string, Value>>[]>(
    (legs, axis) => legs.flatMap((leg) => axis.map((value) => ({ ...leg, ...value }))),
    [{}],
  );
}

function conclude(results: readonly Result[]): Result {
  for (const bad of ['failure', 'cancelled'] as const) if (results.includes(bad)) return bad;
  return results.every((result) => result === 'skipped') && results.length > 0 ? 'skipped' : 'success';
}

function ancestors(workflow: Workflow, id: string): string[] {
  const direct = [workflow.jobs[id]?.needs ?? []].flat();
  return [...new Set(direct.flatMap((name) => [name, ...ancestors(workflow, name)]))];
}

/** Each job behind those that it needs. */
function inOrder(workflow: Workflow): string[] {
  const names = Object.keys(workflow.jobs);
  for (const id of names)
    for (const need of ancestors(workflow, id))
      if (!names.includes(need)) throw new Error(`The job ${id} needs ${need}, which there is not.`);
  return names.sort((a, b) => ancestors(workflow, a).length - ancestors(workflow, b).length);
}

function githubContext({ site, event, run, attempt }: Running, workflow: Workflow): Value {
  const pull = (event.payload as { pull_request?: { head: { ref: string }; base: { ref: string } } }).pull_request;
  return strict('github', {
    event_name: event.name,
    event: event.payload as Value,
    ref: event.ref,
    sha: event.sha,
    actor: event.actor ?? 'ann',
    repository: site.name,
    repository_owner: site.name.split('/')[0] ?? '',
    run_id: String(run),
    run_attempt: String(attempt),
    server_url: 'https://github.com',
    token: site.token ?? '',
    workflow: workflow.name,
    head_ref: pull?.head.ref ?? '',
    base_ref: pull?.base.ref ?? '',
  });
}

/** What an event does not give is null; a name that the file does not declare is a slip. */
function inputsContext({ on }: Workflow, values: Readonly<Record<string, Value>>): Value {
  const declared = Object.keys({ ...on.workflow_dispatch?.inputs, ...on.workflow_call?.inputs });
  return strict('inputs', { ...Object.fromEntries(declared.map((name) => [name, null])), ...values });
}

/** A context whose names are all known: another one is a slip, not an empty word. */
function strict<T extends object>(name: string, values: T): T & { readonly [key: string]: Value } {
  return new Proxy(values as T & { readonly [key: string]: Value }, {
    get(target, key) {
      if (typeof key === 'string' && !(key in target)) throw new UnknownExpression(`${name}.${key}`);
      return Reflect.get(target, key);
    },
  });
}

function textsOf(inputs: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, String(value)]));
}
