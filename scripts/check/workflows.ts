/** GitHub's workflows: whether they are what GitHub takes (actionlint, shellcheck), and can be abused (zizmor). */
import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Checker, Finding } from './checker.ts';
import { goTool } from './go-tool.ts';
import { pythonTool } from './python-tool.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const actionlint: Checker = {
  name: 'actionlint',
  subject: '.github/workflows/**, and shellcheck in each of their scripts',
  check: async (signal) => {
    const command = await goTool('github.com/rhysd/actionlint/cmd/actionlint@v1.7.12', signal);
    return lintWorkflows(command, [], signal, await pythonTool('shellcheck', signal));
  },
};

export const zizmor: Checker = {
  name: 'zizmor',
  subject: '.github/**',
  check: async (signal) => audit(await pythonTool('zizmor', signal), '.github', signal),
};

export const shellcheck: Checker = {
  name: 'shellcheck',
  subject: '.ci/run',
  check: async (signal) => {
    const command = await pythonTool('shellcheck', signal);
    return lintScripts(command, ['.ci/run'], signal);
  },
};

/** @param files shell scripts, relative to the repository */
export async function lintScripts(
  command: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = (await output(command, ['--format', 'json', ...files], signal)) as readonly {
    readonly file: string;
    readonly line: number;
    readonly code: number;
    readonly message: string;
  }[];
  return found.map(({ file, line, code, message }) => ({ where: `${file}:${line}`, rule: `SC${code}`, message }));
}

/** @param files none: all workflows of the repository */
export async function lintWorkflows(
  command: string,
  files: readonly string[],
  signal: AbortSignal,
  shell?: string,
): Promise<readonly Finding[]> {
  const options = ['-format', '{{json .}}', ...(shell ? ['-shellcheck', shell] : [])];
  const found = (await output(command, [...options, ...files], signal)) as readonly {
    readonly filepath: string;
    readonly line: number;
    readonly kind: string;
    readonly message: string;
  }[];
  return found.map(({ filepath, line, kind, message }) => ({ where: `${filepath}:${line}`, rule: kind, message }));
}

/**
 * What it asks GitHub (is this the commit of that tag, is that action known to be vulnerable?) needs a token: without
 * GH_TOKEN it looks at the files alone. `security.yml` gives it one.
 */
export async function audit(command: string, path: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const reach = process.env.GH_TOKEN ? [] : ['--offline'];
  const options = [...reach, '--persona', 'pedantic', '--format', 'json', '--no-exit-codes'];
  const found = (await output(command, [...options, path], signal)) as readonly Audited[];
  return found.map(({ ident, desc, locations }) => {
    const { symbolic, concrete } = locations.find((one) => one.symbolic.kind === 'Primary') ?? locations[0] ?? nowhere;
    const file = relative(root, symbolic.key.Local?.verbatim_path ?? path).replaceAll('\\', '/');
    return {
      where: `${file}:${concrete.location.start_point.row + 1}`,
      rule: ident,
      message: [desc, symbolic.annotation].filter(Boolean).join(': '),
    };
  });
}

/** What is read of one of zizmor's findings; rows count from 0. */
interface Audited {
  readonly ident: string;
  readonly desc: string;
  readonly locations: readonly Location[];
}
interface Location {
  readonly symbolic: {
    readonly kind: string;
    readonly annotation: string;
    readonly key: { readonly Local?: { readonly verbatim_path: string } };
  };
  readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } };
}
const nowhere: Location = {
  symbolic: { kind: 'Primary', annotation: '', key: {} },
  concrete: { location: { start_point: { row: 0 } } },
};

function output(command: string, args: readonly string[], signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, signal, maxBuffer: 64 * 1024 * 1024 };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      // Both end with 1 where they found something, and leave no JSON behind where they failed.
      if (stdout.trimStart().startsWith('[')) resolve(JSON.parse(stdout));
      else reject(signal.aborted ? signal.reason : new Error(`${command}: ${stderr.trim() || error?.message}`));
    });
  });
}
