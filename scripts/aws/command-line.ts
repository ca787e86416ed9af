/** Commands of other people, run to their end: `aws` where it is simpler than a client, `docker` and `buildah` for images. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

/** A command is missing, or it failed; the message has the end of what it said. */
export class CommandError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode = exitCode.failed) {
    super(message);
    this.name = 'CommandError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}

export interface Execution {
  readonly signal: AbortSignal;
  readonly input?: string;
  /** What it says meanwhile goes to stderr as it comes. */
  readonly watch?: boolean;
}

const installations: Readonly<Record<string, string>> = {
  aws: 'Install the AWS CLI: https://docs.aws.amazon.com/cli/',
  buildah: 'Install it: apt-get install buildah, dnf install buildah.',
  docker: 'Install Docker with buildx: https://docs.docker.com/engine/install/',
};

/**
 * @returns what it wrote to stdout
 * @throws CommandError
 */
export async function execute(
  command: 'aws' | 'buildah' | 'docker',
  args: readonly string[],
  { signal, input = '', watch = false }: Execution,
): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(command, args, { signal, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (watch) child.stderr.pipe(process.stderr, { end: false });
  // A command that ends before it has read its input closes the pipe; its exit status says what that meant.
  child.stdin.on('error', () => {}).end(input);
  const name = [command, ...args.slice(0, 2)].join(' ');
  try {
    const [status, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    if (status === 0) return out;
    const said = watch ? '' : `:\n  ${err.trim().split('\n').slice(-5).join('\n  ')}`;
    throw new CommandError(`${name} ended with ${status}${said}`, 'Put right what it says, and try again.');
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new CommandError(`There is no ${command} command here.`, installations[command] ?? '', exitCode.usage);
    throw error;
  }
}
