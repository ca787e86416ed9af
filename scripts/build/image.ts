/** Images of the programs: built from their bundles by the docker command, named after what is in them. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryName } from '../../generator/names.ts';
import { CommandError, execute } from '../aws/command-line.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import type { Bundle, Program } from './bundle.ts';

export const dockerfile = fileURLToPath(new URL('../../api/Dockerfile', import.meta.url));

/** Lambda and Fargate on arm64 cost a fifth less than on x86_64. */
const architecture = 'arm64';
export type Architecture = 'amd64' | 'arm64';
const ownPlatform = process.arch === 'x64' ? 'amd64' : process.arch;

export interface Image {
  readonly program: Program;
  /** `<registry>/<repository>:sha-0123456789ab`; without a registry it is on this machine only. */
  readonly reference: string;
  /** Of the manifest, `sha256:…`; only a registry knows it. */
  readonly digest?: string;
  /** False where the registry had this very image. */
  readonly built: boolean;
}

/** There is an image that cannot be used. */
export class ImageError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'ImageError';
    this.remedy = remedy;
  }
}

/** Builds the image and leaves it with the docker of this machine. */
export async function buildImage(
  bundle: Bundle,
  signal: AbortSignal,
  platform: Architecture = architecture,
): Promise<Image> {
  const reference = `${repositoryName(bundle.program)}:${await tagOf(bundle)}`;
  await build(bundle, reference, '--load', platform, signal);
  return { program: bundle.program, reference, built: true };
}

/**
 * Builds the image and pushes it, unless the registry has one of the same content: then nothing is built.
 * @param registry a host, such as `123456789012.dkr.ecr.us-east-1.amazonaws.com`
 * @throws ImageError, CommandError
 */
export async function pushImage(bundle: Bundle, registry: string, signal: AbortSignal): Promise<Required<Image>> {
  const { program } = bundle;
  const reference = `${registry}/${repositoryName(program)}:${await tagOf(bundle)}`;
  const existing = await digestOf(reference, signal);
  if (existing !== undefined) return { program, reference, digest: existing, built: false };
  await build(bundle, reference, '--push', architecture, signal);
  const digest = await digestOf(reference, signal);
  if (digest === undefined)
    throw new ImageError(`${reference} was pushed, but the registry does not have it.`, 'Try again in a minute.');
  return { program, reference, digest, built: true };
}

/** Signs docker in where the registry is ECR; whoever uses another one has done so. */
export async function signIn(registry: string, signal: AbortSignal): Promise<void> {
  const region = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/.exec(registry)?.[1];
  if (region === undefined) return;
  const input = await execute('aws', ['ecr', 'get-login-password', '--region', region], { signal });
  await execute('docker', ['login', '--username', 'AWS', '--password-stdin', registry], { signal, input });
}

async function build(
  { program, folder }: Bundle,
  reference: string,
  destination: '--load' | '--push',
  platform: Architecture,
  signal: AbortSignal,
): Promise<void> {
  const context = dirname(folder);
  const options = ['--file', dockerfile, '--target', program, '--platform', `linux/${platform}`];
  // An attestation turns the image into an index of two, which Lambda refuses.
  const plain = ['--provenance=false', '--sbom=false'];
  const named = ['--tag', reference, destination, context];
  await execute('docker', ['buildx', 'build', ...options, ...plain, ...named], { signal, watch: true }).catch(
    (error) => {
      const emulated = error instanceof CommandError && error.exitCode !== exitCode.usage && platform !== ownPlatform;
      if (!emulated) throw error;
      // An image runs its own Node when it is built, for the code cache.
      const install = `docker run --privileged --rm tonistiigi/binfmt --install ${platform}`;
      throw new ImageError(error.message, `${error.remedy} "exec format error": install an emulator, ${install}.`);
    },
  );
}

/** From the content, not from the commit: what did not change is neither built nor deployed again. */
async function tagOf({ folder }: Bundle): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256').update(await readFile(dockerfile));
  for (const file of files.sort()) {
    hash.update(`\0${file.slice(folder.length)}\0`).update(await readFile(file));
  }
  return `sha-${hash.digest('hex').slice(0, 12)}`;
}

/**
 * @returns the digest in the registry; undefined where it has no such image
 * @throws ImageError where there is something that Lambda would refuse
 */
async function digestOf(reference: string, signal: AbortSignal): Promise<string | undefined> {
  const arguments_ = ['buildx', 'imagetools', 'inspect', '--format', '{{json .}}', reference];
  const answer = await execute('docker', arguments_, { signal }).catch((error: unknown) => {
    if (error instanceof CommandError && /: not found/.test(error.message)) return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  const { manifest, image } = JSON.parse(answer) as Inspection;
  const remedy = 'Delete this tag from the repository and build again.';
  // Docker's and OCI's media types of an index are `…manifest.list.v2+json` and `…image.index.v1+json`.
  if (!/manifest\.v\d\+json$/.test(manifest?.mediaType ?? ''))
    throw new ImageError(`${reference} is no single image but ${manifest?.mediaType}, which Lambda refuses.`, remedy);
  if (image?.architecture !== architecture)
    throw new ImageError(`${reference} is for ${image?.architecture}; AWS runs it on ${architecture}.`, remedy);
  return manifest?.digest;
}

/** What `imagetools inspect` prints of a single image. */
interface Inspection {
  readonly manifest?: { readonly mediaType?: string; readonly digest?: string };
  readonly image?: { readonly architecture?: string };
}
