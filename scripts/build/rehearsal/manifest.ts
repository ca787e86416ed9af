/** Holds a built image against its bundle, file by file, and against what our code, Lambda and Fargate need of it. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { environments } from '../../../environments/index.ts';
import type { Bundle } from '../bundle.ts';
import { ImageError } from '../image.ts';
import type { Built } from './buildah.ts';

/** Ours, compressed, above the base. */
const largestLayers = 10 * 1024 * 1024;

/** @returns what was looked at, in a few words @throws ImageError that names what is wrong, and where */
export async function checkImage({ folder, program, code, data }: Bundle, image: Built): Promise<string> {
  const inside = program === 'lambda' ? '/var/task' : '/importer';
  const files = [...code, ...data];
  const found = await filesBelow(join(image.root, inside));
  // Written while the image is built.
  const caches = code.filter((file) => file.endsWith('.cjs')).map((file) => `${file}.cache`);
  const expected = [...files, ...caches].sort();
  if (found.join() !== expected.join())
    throw fail(`${program} has other files than its bundle: ${differing(found, expected).join(', ')}.`);
  if (!files.some((file) => /^migrations\/\d{4}_\w+\.sql$/.test(file))) throw fail(`${program} has no migrations.`);
  for (const file of files) {
    const [own, there] = [join(folder, file), join(image.root, inside, file)];
    if ((await hashOf(own)) !== (await hashOf(there))) throw fail(`${program}: ${file} is not the one of the bundle.`);
    if (((await stat(there)).mode & 0o444) !== 0o444) throw fail(`${program}: ${file} cannot be read by everybody.`);
  }
  const authority = await authorityIn(code.map((file) => join(image.root, inside, file)));
  if (authority === undefined)
    throw fail(`${program} does not know who signs the certificates of RDS: it could not log in to a database.`);
  const [mediaType = ''] = image.mediaTypes;
  if (!/manifest\.v\d\+json$/.test(mediaType)) throw fail(`${program} is no single image but ${mediaType}.`);
  const user = image.config.User ?? '';
  if (program === 'importer' && !/^[1-9]\d*:[1-9]\d*$/.test(user)) throw fail(`${program} runs as "${user}".`);
  if (image.ownBytes > largestLayers)
    throw fail(`${program} adds ${megabytes(image.ownBytes)} to its base; 10 MB is the most.`);
  return `${files.length} files, with ${authority}, ${megabytes(image.ownBytes)} above the base`;
}

/**
 * The authority that RDS has in our region (`generator/resources/postgres.ts` asks for it by name), as a certificate that
 * can be read and that has not run out, wherever the bundler has put it.
 */
async function authorityIn(files: readonly string[]): Promise<string | undefined> {
  const { region } = environments.production.account;
  const wanted = `Amazon RDS ${region} Root CA RSA2048 G1`;
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    for (const [, block = ''] of text.matchAll(/-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----/gs)) {
      // In a script, a line break may be written out.
      const encoded = Buffer.from(block.replaceAll('\\n', ''), 'base64');
      if (!encoded.includes(wanted)) continue;
      const { subject, validTo } = new X509Certificate(encoded);
      if (subject.includes(wanted) && new Date(validTo).getTime() > Date.now()) return wanted;
    }
  }
  return undefined;
}

async function filesBelow(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

/** @returns what only one of them has */
function differing(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...one.filter((file) => !other.includes(file)), ...other.filter((file) => !one.includes(file))];
}

const hashOf = async (file: string) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export function fail(message: string): ImageError {
  return new ImageError(message, 'npm run image -- --rehearse shows each step; dist/ is what goes in.');
}
