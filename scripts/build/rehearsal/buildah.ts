/** buildah, with a storage of its own in a temporary folder: it needs no daemon, and leaves nothing behind. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../../aws/command-line.ts';

export interface Built {
  /** Folder with the whole file system of the image. */
  readonly root: string;
  readonly config: ImageConfig;
  readonly architecture: string;
  /** Compressed bytes of the layers that are not the base's. */
  readonly ownBytes: number;
  readonly mediaTypes: readonly string[];
}

/** The part of an image's configuration that is rehearsed. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
}

export interface Buildah {
  build(tag: string, dockerfile: string, context: string, ...more: readonly string[]): Promise<void>;
  /** @param base whose layers are not ours */
  unpack(tag: string, base: string): Promise<Built>;
}

export function buildah(storage: string, signal: AbortSignal): Buildah {
  const options = ['--root', join(storage, 'root'), '--runroot', join(storage, 'run'), '--storage-driver', 'vfs'];
  const run = (...args: readonly string[]) => execute('buildah', [...options, ...args], { signal });
  return {
    async build(tag, dockerfile, context, ...more) {
      await run(
        'build',
        '--quiet',
        '--isolation',
        'chroot',
        '--format',
        'docker',
        '--file',
        dockerfile,
        '--tag',
        tag,
        ...more,
        context,
      );
    },
    async unpack(tag, base) {
      const [own, below] = [await layout(tag), await layout(base)];
      const layers = own.manifest.layers.filter(
        ({ digest }) => !below.manifest.layers.some((each) => each.digest === digest),
      );
      const container = (await run('from', '--pull-never', tag)).trim();
      const root = (await run('mount', container)).trim();
      return {
        root,
        config: own.config.config,
        architecture: own.config.architecture,
        ownBytes: layers.reduce((sum, { size }) => sum + size, 0),
        mediaTypes: own.mediaTypes,
      };
    },
  };

  async function layout(tag: string) {
    const folder = join(storage, 'layouts', tag);
    await mkdir(join(storage, 'layouts'), { recursive: true });
    if (!existsSync(folder)) await run('push', '--quiet', tag, `dir:${folder}`);
    const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    const blob = async (digest: string) => {
      return JSON.parse(await readFile(join(folder, digest.replace('sha256:', '')), 'utf8')) as {
        architecture: string;
        config: ImageConfig;
      };
    };
    return { manifest, config: await blob(manifest.config.digest), mediaTypes: [manifest.mediaType] };
  }
}

interface Manifest {
  readonly mediaType: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}
