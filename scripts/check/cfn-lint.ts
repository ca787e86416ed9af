/** AWS's own schemas against the committed templates. */
import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Checker, Finding } from './checker.ts';
import { pythonTool } from './python-tool.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const cfnLint: Checker = {
  name: 'cfn-lint',
  subject: 'templates/**',
  check: (signal) => lint('templates/**/*.yaml', signal),
};

/** @param files a path or glob, relative to the repository or absolute */
export async function lint(files: string, signal: AbortSignal): Promise<readonly Finding[]> {
  const tool = await pythonTool('cfn-lint', signal);
  const output = await new Promise<string>((resolve, reject) => {
    const options = { cwd: root, signal, maxBuffer: 64 * 1024 * 1024 };
    execFile(tool, ['--format', 'json', '--', files], options, (error, stdout, stderr) => {
      // A bit field: 2 errors, 4 warnings, 8 information. 1 and 32 are its own failures; both leave no JSON behind.
      if (stdout.startsWith('[')) resolve(stdout);
      else reject(signal.aborted ? signal.reason : new Error(`cfn-lint: ${stderr.trim() || error?.message}`));
    });
  });
  return (JSON.parse(output) as Match[]).map(({ Filename, Location, Rule, Message }) => ({
    where: `${relative(root, Filename).replaceAll('\\', '/')}:${Location.Start.LineNumber}`,
    rule: Rule.Id,
    // A wrong instance class is answered with all 340 right ones.
    message: Message.length > 240 ? `${Message.slice(0, 240)}…` : Message,
  }));
}

/** One finding in cfn-lint's JSON. */
interface Match {
  readonly Filename: string;
  readonly Location: { readonly Start: { readonly LineNumber: number } };
  readonly Rule: { readonly Id: string };
  readonly Message: string;
}
