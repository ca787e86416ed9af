/**
 * A stand-in for the bases of the images, made of this machine's Node: what the real ones have that ours rely on, and
 * nothing else. No shell, no certificates of the system, no package manager.
 */
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const client = fileURLToPath(new URL('../../simulators/lambda-runtime/client.ts', import.meta.url));

/** Where Lambda's base image has Node, and where Debian's has it. */
const nodes = ['/var/lang/bin/node', '/usr/local/bin/node'];

/**
 * As `/lambda-entrypoint.sh` of the real base: takes the handler as its one argument, and starts the runtime client,
 * with the flag that Lambda sets.
 */
const entryPoint = `process.env._HANDLER = process.argv[2];\nawait import('/var/runtime/client.ts');\n`;

/** Fills a folder that becomes the root of the image. */
export async function makeBase(folder: string): Promise<void> {
  const copy = async (from: string, to: string) => {
    const target = join(folder, to);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(from, target);
    await chmod(target, 0o755);
  };
  for (const node of nodes) await copy(process.execPath, node);
  for (const library of librariesOf(process.execPath)) await copy(library, library);
  await copy(client, '/var/runtime/client.ts');
  await writeFile(join(folder, 'var/runtime/entry.mjs'), entryPoint);
  await writeFile(join(folder, 'var/runtime/package.json'), '{"type": "module"}');
  for (const empty of ['tmp', 'var/task']) await mkdir(join(folder, empty), { recursive: true });
}

export const baseDockerfile = `FROM scratch
COPY . /
ENV LAMBDA_TASK_ROOT=/var/task PATH=/usr/local/bin:/var/lang/bin LANG=en_US.UTF-8
WORKDIR /var/task
ENTRYPOINT ["/var/lang/bin/node", "--expose-gc", "--disable-warning=ExperimentalWarning", "/var/runtime/entry.mjs"]
`;

/** What the dynamic linker would load, the linker included. */
function librariesOf(program: string): readonly string[] {
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}
