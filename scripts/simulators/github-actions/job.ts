/** One job: its place in the queue, its environment's rules, its steps one after the other. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { act } from './actions.ts';
import { asText, holds, interpolate, type Scope, type Value } from './expression.ts';
import { UnknownExpression } from './functions.ts';
import type { Running } from './run.ts';
import { runScript } from './shell.ts';
import type { Job, Step } from './workflow-file.ts';

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped';

export interface RanStep {
  readonly name: string;
  readonly outcome: Result;
  readonly log: string;
}

export interface RanJob {
  /** `production / deploy (x)`: as GitHub shows it. */
  readonly name: string;
  readonly result: Result;
  readonly steps: readonly RanStep[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
  readonly summary: string;
  readonly notices: readonly string[];
}

export interface Place {
  readonly running: Running;
  readonly name: string;
  readonly job: Job;
  readonly env: Readonly<Record<string, Value>>;
  /** Contexts that a job can see. */
  readonly contexts: { readonly [name: string]: Value };
}

const nothing = { steps: [], outputs: {}, log: '', summary: '', notices: [] } as const;

export async function runJob({ running, name, job, env, contexts }: Place): Promise<RanJob> {
  const { site, event, signal } = running;
  const fails = (log: string): RanJob => ({ ...nothing, name, result: 'failure', log });
  const outside: Scope = { contexts, status: { success: true, failure: false, cancelled: false } };
  const environment =
    job.environment === undefined
      ? undefined
      : asText(interpolate(typeof job.environment === 'string' ? job.environment : job.environment.name, outside));

  const rules = environment === undefined ? undefined : site.environments?.[environment];
  if (rules?.branches && !rules.branches.some((branch) => event.ref === `refs/heads/${branch}`))
    return fails(
      `Branch "${event.ref}" is not allowed to deploy to ${environment} due to environment protection rules.`,
    );
  const ticket = running.enter(job.concurrency, outside);
  if (ticket && !(await ticket.turn)) return { ...nothing, name, result: 'cancelled' };
  try {
    if (signal.aborted) return { ...nothing, name, result: 'cancelled' };
    if (rules?.approve) {
      running.say(`${name} waits for ${environment}`);
      if (!(await rules.approve())) return fails(`The deployment to ${environment} was rejected.`);
    }
    const vars = { ...site.vars, ...rules?.vars };
    return await runSteps(
      { running, name, job, env, contexts: { ...contexts, vars } },
      { environment, vars: vars as Readonly<Record<string, string>> },
    );
  } finally {
    ticket?.leave();
  }
}

async function runSteps(
  place: Place,
  { environment }: { environment: string | undefined; vars: object },
): Promise<RanJob> {
  const { running, name, job, contexts } = place;
  const { site, event, signal, run, attempt } = running;
  using runner = site.runner();
  const home = runner.folder;
  const workspace = join(home, 'work');
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(home, 'event.json'), JSON.stringify(event.payload));
  const steps: Record<string, { outputs: Record<string, string>; outcome: Result; conclusion: Result }> = {};
  const later: Record<string, string> = {};
  const ran: RanStep[] = [];
  let summary = '';
  const notices: string[] = [];
  let failed = false;

  const scope = (own: Readonly<Record<string, Value>> = {}): Scope => ({
    contexts: { ...contexts, steps, env: { ...place.env, ...later, ...own } },
    status: { success: !failed && !signal.aborted, failure: failed, cancelled: signal.aborted },
  });
  const texts = (given: Readonly<Record<string, Value>> = {}, within = scope()) =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key, asText(interpolate(value, within))]));
  const jobEnv = texts(place.env, { ...scope(), contexts: { ...scope().contexts, env: {} } });
  Object.assign(later, jobEnv);

  for (const [index, step] of (job.steps ?? []).entries()) {
    const title = step.name
      ? asText(interpolate(step.name, scope()))
      : ((step.uses ?? step.run ?? '').split('\n')[0] ?? '');
    let log = '';
    let outputs: Record<string, string> = {};
    const outcome = await (async (): Promise<Result> => {
      if (!holds(step.if, scope())) return 'skipped';
      running.say(`${name}: ${title}`);
      try {
        if (step.uses) {
          const call = { site, event, run, attempt, workspace, environment, permissions: job.permissions ?? {} };
          const done = await act(step.uses, { ...call, with: texts(step.with) });
          Object.assign(later, done.env);
          log = done.said;
          return 'success';
        }
        const ended = await script(step, index);
        outputs = { ...ended.outputs };
        Object.assign(later, ended.env);
        summary += ended.summary;
        return ended.status === 0 ? 'success' : signal.aborted ? 'cancelled' : 'failure';
      } catch (error) {
        if (error instanceof UnknownExpression) throw error;
        log += `\nError: ${(error as Error).message}`;
        return 'failure';
      }
    })();

    async function script({ run: block = '', env: own }: Step, at: number) {
      const stepEnv = texts(own);
      return runScript({
        run: asText(interpolate(block, scope(stepEnv))),
        folder: workspace,
        files: join(home, `step-${at}`),
        env: { ...machine(running, home, contexts), ...later, ...stepEnv },
        // A step that runs because of the cancellation is not ended by it.
        cancelled: signal.aborted ? new AbortController().signal : signal,
        said: (text) => {
          log += text;
          running.heard(name, title, text);
        },
      });
    }

    if (outcome === 'failure') failed = true;
    notices.push(...[...log.matchAll(/^::(?:notice|warning|error)[^:]*::(.*)$/gm)].map(([, text = '']) => text));
    if (step.id) steps[step.id] = { outputs, outcome, conclusion: outcome };
    ran.push({ name: title, outcome, log });
  }
  const result = signal.aborted ? 'cancelled' : failed ? 'failure' : 'success';
  const outputs = Object.fromEntries(
    Object.entries(job.outputs ?? {}).map(([key, value]) => [key, asText(interpolate(value, scope()))]),
  );
  return { name, result, steps: ran, outputs, log: ran.map(({ log }) => log).join('\n'), summary, notices };
}

/** What a fresh runner has: nothing of the person whose machine the simulation runs on, but where commands are found. */
function machine({ site, event, run, attempt }: Running, home: string, { github }: Place['contexts']) {
  const { workflow, head_ref: head = '', base_ref: base = '' } = github as Record<string, string>;
  return {
    PATH: [site.machine?.PATH, process.env.PATH].filter(Boolean).join(delimiter),
    ...Object.fromEntries(Object.entries(site.machine ?? {}).filter(([key]) => key !== 'PATH')),
    HOME: home,
    TMPDIR: home,
    // Shared by all steps of the simulation: what is compiled is the same.
    NODE_COMPILE_CACHE: join(site.folder, 'compile-cache'),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: join(home, 'event.json'),
    GITHUB_REF: event.ref,
    GITHUB_SHA: event.sha,
    GITHUB_HEAD_REF: head,
    GITHUB_BASE_REF: base,
    GITHUB_REPOSITORY: site.name,
    GITHUB_RUN_ID: String(run),
    GITHUB_RUN_ATTEMPT: String(attempt),
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_WORKFLOW: workflow ?? '',
    RUNNER_TEMP: home,
  };
}
