/** The commands that images need: docker, and aws for the password of its registry. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { type ExitCode, exitCode } from '../terminal/exit-codes.ts';

/** An image cannot be built or pushed. */
export class ImageError extends Error {
  readonly remedy: string;
  readonly exitCode: ExitCode;
  constructor(message: string, remedy: string, code: ExitCode = exitCode.failed) {
    super(message);
    this.name = 'ImageError';
    this.remedy = remedy;
    this.exitCode = code;
  }
}

interface Options {
  readonly input?: string;
  /** What it says meanwhile goes to stderr as it comes. */
  readonly watch?: boolean;
}

export const docker = (args: readonly string[], signal: AbortSignal, options?: Options): Promise<string> =>
  execute('docker', 'Install Docker with buildx (https://docs.docker.com/engine/install/).', args, signal, options);

export const aws = (args: readonly string[], signal: AbortSignal): Promise<string> =>
  execute('aws', 'Install the AWS CLI (https://docs.aws.amazon.com/cli/), or sign docker in yourself.', args, signal);

/**
 * @returns what it wrote to stdout
 * @throws ImageError where the command is missing, or with the end of what it wrote to stderr
 */
async function execute(
  command: string,
  whenMissing: string,
  args: readonly string[],
  signal: AbortSignal,
  { input = '', watch = false }: Options = {},
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
    throw new ImageError(`${name} ended with ${status}${said}`, 'Put right what it says, and try again.');
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new ImageError(`There is no ${command} command here, and ${name} needs it.`, whenMissing, exitCode.usage);
    throw error;
  }
}
