/** What the tests of preview and deploy share: a copy of the project to run verbs in, and an account to run them against. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../aws/cloudformation.ts';
import { type SimulatorOptions, startSimulator } from '../simulators/cloudformation/simulator.ts';

const root = join(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Project {
  /** @param variables added to an environment that has nothing of AWS but the endpoint and credentials given here */
  run(verb: string, args: readonly string[], variables?: Record<string, string | undefined>): Running;
  /** Changes a file of the copy. */
  edit(path: string, change: (text: string) => string): void;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Makes a clone of it, with everything as it is now in one commit. */
  commit(): void;
  [Symbol.dispose](): void;
}

export interface Running extends Promise<Ended> {
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has said something that matches. */
  says(pattern: RegExp): Promise<void>;
}

/** A copy, because verbs compare templates/ with the generator, and neither should be changed by a test. */
export function copyOfProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'coalition-project-'));
  for (const part of ['api/pages', 'environments', 'generator', 'scripts', 'templates', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return {
    run: (verb, args, variables = {}) => start(folder, verb, args, variables),
    edit(path, change) {
      const file = join(folder, path);
      const before = readFileSync(file, 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`The change leaves ${path} as it is.`);
      writeFileSync(file, after);
    },
    write: (path, text) => writeFileSync(join(folder, path), text),
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    commit() {
      const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
      git('init', '--quiet');
      git('add', 'templates');
      git('-c', 'user.name=test', '-c', 'user.email=test@example.org', 'commit', '--quiet', '--message', 'before');
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function start(
  folder: string,
  verb: string,
  args: readonly string[],
  variables: Record<string, string | undefined>,
): Running {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_') && !name.startsWith('GITHUB_'));
  const env = {
    ...Object.fromEntries(own),
    HOME: folder,
    NO_COLOR: '1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  let said = '';
  const listeners = new Set<() => void>();
  let kill: Running['kill'] = () => {};
  const ended = new Promise<Ended>((resolve) => {
    const child = execFile(
      process.execPath,
      [`scripts/${verb}.ts`, ...args],
      { cwd: folder, env },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        said += text;
        for (const listener of listeners) listener();
      });
    }
    kill = (signal) => void child.kill(signal);
  });
  return Object.assign(ended, {
    kill: (signal: NodeJS.Signals) => kill(signal),
    says: (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => void (pattern.test(said) && resolve());
        listeners.add(look);
        look();
        void ended.then(({ code }) => reject(new Error(`It ended with ${code} and said:\n${said}`)));
      }),
  });
}

/** A simulated account, with the client that the verbs use. */
export async function simulatedAccount(options: SimulatorOptions = {}) {
  const simulator = await startSimulator({ stepMs: 1, ...options });
  const connection = {
    region: 'us-east-1',
    endpoint: simulator.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const aws = await connect(connection);
  return {
    connection,
    /** For `Project.run`. */
    variables: { AWS_ENDPOINT_URL: simulator.url },
    aws,
    tamper: simulator.tamper,
    /** `name STATUS` of every stack that is there. */
    async stacks(): Promise<string[]> {
      const found: string[] = [];
      for (let token: string | undefined, more = true; more; more = token !== undefined) {
        const page = await aws.describeStacks({ ...(token !== undefined && { NextToken: token }) });
        found.push(...(page.Stacks ?? []).map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`));
        token = page.NextToken;
      }
      return found;
    },
    async roleOf(stackName: string): Promise<string | undefined> {
      return (await aws.describeStacks({ StackName: stackName })).Stacks?.[0]?.RoleARN;
    },
    async [Symbol.asyncDispose]() {
      aws.destroy();
      await simulator.stop();
    },
  };
}

/** Exactly one error, in two sentences, and no stack of one. */
export function assertOneError({ code, stderr }: Ended, exitCode: number, what: RegExp, remedy: RegExp): void {
  assert.match(stderr, what);
  assert.match(stderr, remedy);
  assert.equal(stderr.match(/✗/g)?.length, 1, stderr);
  assert.doesNotMatch(stderr, /^\s+at /m);
  assert.equal(code, exitCode, stderr);
}
