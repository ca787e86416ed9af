/** moto, an emulator of AWS's services, where this machine has it. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const venv = fileURLToPath(new URL('../../.venv/bin', import.meta.url));

export interface Moto extends AsyncDisposable {
  readonly url: string;
}

/** @returns the path of a command, on the PATH or in `.venv`; undefined where there is none */
export function find(command: string): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), venv]
    .map((folder) => join(folder, command))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Those that run and that nobody has at present. */
const idle: string[] = [];

/**
 * One that is empty. Starting it takes two seconds of Python, so that whoever is done with one leaves it, emptied, to the
 * next test file of this process; it ends with the process.
 * @param variables of its own: then it is nobody else's, before or after
 */
export async function startMoto(command: string, variables?: NodeJS.ProcessEnv): Promise<Moto> {
  const url = (variables ? undefined : idle.pop()) ?? (await startServer(command, variables));
  return {
    url,
    async [Symbol.asyncDispose]() {
      if (variables) return;
      const { ok } = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (ok) idle.push(url);
    },
  };
}

async function startServer(command: string, variables: NodeJS.ProcessEnv = {}): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(command, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, ...variables },
  });
  child.unref();
  process.once('exit', () => child.kill());
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`moto_server ended with ${child.exitCode}.`);
    const answers = await fetch(`${url}/moto-api/`).then(
      () => true,
      () => false,
    );
    if (answers) return url;
    await setTimeout(50);
  }
  child.kill();
  throw new Error('moto_server did not answer within 30 s.');
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((ready) => probe.once('listening', ready));
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  if (address === null || typeof address === 'string') throw new Error('No free port.');
  return address.port;
}
