/**
 * Lambda's own runtime client and Amazon's emulator of the Runtime API, to hold ours against. Neither is needed for
 * anything else, and both have to be built, so they come into `.venv` when a test asks for them.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { goTool } from '../../check/go-tool.ts';
import { executable } from '../../check/python-tool.ts';

const exec = promisify(execFile);
const clientVersion = '4.0.2';
const emulator =
  'github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d';
const folder = fileURLToPath(new URL(`../../../.venv/aws-lambda-ric-${clientVersion}`, import.meta.url));
const client = join(folder, 'node_modules/aws-lambda-ric/index.mjs');

/**
 * @param mayBuild its native part takes a minute or two, and a compiler
 * @returns the script that runs a handler; undefined where it is not there and cannot, or may not, be built
 */
export async function officialClient(mayBuild: boolean): Promise<string | undefined> {
  if (existsSync(join(dirname(client), 'rapid-client.node'))) return client;
  if (!mayBuild) return undefined;
  const path = (process.env.PATH ?? '').split(':').filter(Boolean);
  for (const tool of ['cmake', 'make', 'g++']) if (!(await executable(tool, path))) return undefined;
  // The headers come with Node; node-gyp would otherwise fetch them.
  const headers = join(dirname(process.execPath), '..');
  if (!existsSync(join(headers, 'include/node/node.h'))) return undefined;
  mkdirSync(folder, { recursive: true });
  const install = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts=false',
    '--foreground-scripts',
  ];
  await exec('npm', [...install, `aws-lambda-ric@${clientVersion}`], {
    env: { ...process.env, npm_config_nodedir: headers },
    maxBuffer: 1 << 28,
    cwd: folder,
  });
  return client;
}

/** @throws ToolMissingError where there is no Go to build it with */
export function officialEmulator(): Promise<string> {
  return goTool(emulator, new AbortController().signal);
}
