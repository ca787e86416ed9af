/** Checkov's security rules against the committed templates. What does not hold on purpose says so beside the resource. */
import { execFile } from 'node:child_process';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Checker, Finding } from './checker.ts';
import { pythonTool } from './python-tool.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const checkov: Checker = {
  name: 'checkov',
  subject: 'security rules over templates/**',
  remedy:
    'Mend the resource, or say in its `Ignore` why the rule does not hold there (generator/resources/accepted.ts).',
  check: (signal) => inspect(join(root, 'templates'), signal),
};

/** @param folder whose templates, at any depth, are inspected */
export async function inspect(
  folder: string,
  signal: AbortSignal,
  options: { readonly mayInstall?: boolean } = {},
): Promise<readonly Finding[]> {
  const tool = await pythonTool('checkov', signal, {
    venv: join(root, '.venv', 'checkov'),
    requirements: fileURLToPath(new URL('checkov.txt', import.meta.url)),
    ...options,
  });
  // Offline: its rules come with it, and nothing of ours goes anywhere. From within the folder: CKV_AWS_45 takes the path of
  // a template for one more variable of a function, and 40 letters and slashes in a row, as a work tree's name may well
  // make them, for a secret key.
  const args = ['--directory', '.', '--framework', 'cloudformation', '--output', 'json', '--compact'];
  const output = await new Promise<string>((resolve, reject) => {
    const run = { cwd: folder, signal, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, BC_SKIP_MAPPING: 'TRUE' } };
    execFile(tool, [...args, '--skip-download'], run, (error, stdout, stderr) => {
      // 1 says that something was found, which is in the JSON.
      if (/^[[{]/.test(stdout)) resolve(stdout);
      else reject(signal.aborted ? signal.reason : new Error(`checkov: ${stderr.trim() || error?.message}`));
    });
  });
  return findings(JSON.parse(output), folder);
}

interface Report {
  readonly results?: { readonly failed_checks?: readonly Failed[]; readonly parsing_errors?: readonly string[] };
}

interface Failed {
  readonly check_id: string;
  readonly check_name: string;
  readonly file_abs_path: string;
  readonly file_line_range: readonly [number, number];
  readonly resource: string;
}

function findings({ results }: Report, folder: string): readonly Finding[] {
  // An empty answer would pass for a clean one.
  if (!results)
    return [{ where: relative(root, folder) || folder, message: 'holds no template that Checkov can read' }];
  const file = (path: string) => relative(root, resolve(folder, path)).replaceAll('\\', '/');
  return [
    ...(results.parsing_errors ?? []).map((path) => ({ where: file(path), message: 'Checkov cannot read it' })),
    ...(results.failed_checks ?? []).map(
      ({ check_id, check_name, file_abs_path, file_line_range: [line], resource }) => ({
        where: `${file(file_abs_path)}:${line}`,
        rule: check_id,
        message: `${resource.split('.').at(-1)}: ${check_name}`,
      }),
    ),
  ];
}
