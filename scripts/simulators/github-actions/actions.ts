/** The actions that our workflows use, simulated by what they promise; another one throws. */
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Event, isUntrusted, type Site } from './site.ts';
import { assumeRole } from './trust.ts';

export interface ActionCall {
  readonly site: Site;
  readonly event: Event;
  readonly run: number;
  readonly attempt: number;
  readonly workspace: string;
  readonly permissions: Readonly<Record<string, string>>;
  /** Of the job, where it declares one. */
  readonly environment?: string | undefined;
  readonly with: Readonly<Record<string, string>>;
}

export interface ActionResult {
  readonly said: string;
  /** Set for the steps that follow. */
  readonly env?: Readonly<Record<string, string>>;
}

const actions: Readonly<Record<string, (call: ActionCall) => ActionResult | Promise<ActionResult>>> = {
  'actions/checkout': checkOut,
  'actions/upload-artifact': upload,
  'actions/download-artifact': download,
  'aws-actions/configure-aws-credentials': configureCredentials,
};

/** @throws what the action would fail with */
export async function act(uses: string, call: ActionCall): Promise<ActionResult> {
  const action = actions[uses.split('@')[0] ?? ''];
  if (!action) throw new Error(`The simulation of GitHub Actions does not know the action ${uses}.`);
  return action(call);
}

async function checkOut({ site, event, workspace, permissions, with: given }: ActionCall): Promise<ActionResult> {
  known(given, ['ref', 'fetch-depth', 'persist-credentials', 'path']);
  if (!permissions.contents) throw new Error('The process /usr/bin/git failed: repository not found');
  const commit = given.ref || event.sha;
  await site.repository.checkOut(commit, workspace, Number(given['fetch-depth'] ?? 1));
  return { said: `checked out ${commit}` };
}

function upload({ site, run, workspace, with: given }: ActionCall): ActionResult {
  known(given, ['name', 'path', 'if-no-files-found', 'retention-days']);
  const from = join(workspace, given.path ?? '');
  const found = existsSync(from) && (!statSync(from).isDirectory() || readdirSync(from).length > 0);
  if (!found) {
    if (given['if-no-files-found'] === 'error')
      throw new Error(`No files were found with the provided path: ${given.path}`);
    return { said: 'nothing to upload' };
  }
  const into = join(site.folder, 'artifacts', String(run), given.name ?? 'artifact');
  if (existsSync(into)) throw new Error(`Conflict: an artifact with this name already exists: ${given.name}`);
  mkdirSync(into, { recursive: true });
  cpSync(from, statSync(from).isDirectory() ? into : join(into, from.split('/').at(-1) ?? ''), { recursive: true });
  return { said: `uploaded ${given.name}` };
}

function download({ site, run, workspace, permissions, with: given }: ActionCall): ActionResult {
  known(given, ['name', 'pattern', 'merge-multiple', 'path', 'run-id', 'github-token']);
  const other = given['run-id'];
  if (other && (!given['github-token'] || !permissions.actions))
    throw new Error('Resource not accessible by integration');
  const folder = join(site.folder, 'artifacts', other || String(run));
  const names = given.pattern
    ? globSync(given.pattern, { cwd: folder }).sort()
    : existsSync(join(folder, given.name ?? ''))
      ? [given.name ?? '']
      : [];
  if (!given.pattern && names.length === 0) throw new Error(`Artifact not found for name: ${given.name}`);
  const into = join(workspace, given.path ?? '.');
  mkdirSync(into, { recursive: true });
  for (const name of names)
    cpSync(join(folder, name), given.pattern && given['merge-multiple'] !== 'true' ? join(into, name) : into, {
      recursive: true,
    });
  return { said: `downloaded ${names.join(', ') || 'nothing'}` };
}

function configureCredentials(call: ActionCall): ActionResult {
  const { site, event, permissions, environment, attempt, run, with: given } = call;
  known(given, ['role-to-assume', 'role-session-name', 'aws-region', 'allowed-account-ids', 'mask-aws-account-id']);
  const role = given['role-to-assume'] ?? '';
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(given['aws-region'] ?? ''))
    throw new Error(`Region is not valid: ${given['aws-region']}`);
  if (permissions['id-token'] !== 'write' || isUntrusted(event, site.name) || role === '')
    throw new Error('Credentials could not be loaded, please check your action inputs: Could not load credentials');
  if (!/^[\w+=,.@-]{2,64}$/.test(given['role-session-name'] ?? '')) throw new Error('Role session name is not valid');
  const context = environment
    ? `environment:${environment}`
    : event.name === 'pull_request'
      ? 'pull_request'
      : `ref:${event.ref}`;
  const name = assumeRole(site.repository.folder, role, `repo:${site.name}:${context}`);
  const account = role.split(':')[4] ?? '';
  const allowed = given['allowed-account-ids'];
  if (allowed && !allowed.split(',').includes(account))
    throw new Error(`The account ID of the provided credentials (${account}) does not match ${allowed}`);
  return {
    said: `assumed ${name}`,
    env: {
      // The key says whose it is, so that a simulator can tell who asks.
      AWS_ACCESS_KEY_ID: `simulated-${name}`,
      AWS_SECRET_ACCESS_KEY: `simulated-${run}-${attempt}`,
      AWS_SESSION_TOKEN: 'simulated',
      AWS_REGION: given['aws-region'] ?? '',
      AWS_DEFAULT_REGION: given['aws-region'] ?? '',
    },
  };
}

function known(given: Readonly<Record<string, string>>, names: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`The simulation of GitHub Actions does not know the input ${unknown}.`);
}
