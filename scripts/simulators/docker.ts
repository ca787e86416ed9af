/** A simulated docker command: a registry is a folder with one file a reference, which has what `inspect` prints. */

/** The script, for a file on the PATH; it keeps its files in the folder that SIMULATED_DOCKER names, or where it is run. */
export const dockerOnPath = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const folder = process.env.SIMULATED_DOCKER ?? '.';
const args = process.argv.slice(2);
const input = args.includes('--password-stdin') ? readFileSync(0, 'utf8') : '';
appendFileSync(join(folder, 'calls'), JSON.stringify([...args, ...(input ? [input] : [])]) + '\\n');
const file = (reference) => join(folder, encodeURIComponent(reference));
if (args[1] === 'imagetools') {
  if (!existsSync(file(args.at(-1)))) { console.error('ERROR: ' + args.at(-1) + ': not found'); process.exit(1); }
  process.stdout.write(readFileSync(file(args.at(-1)), 'utf8'));
} else if (args[1] === 'build' && args.includes('--push')) {
  const answer = join(folder, 'answer');
  writeFileSync(file(args[args.indexOf('--tag') + 1]), existsSync(answer) ? readFileSync(answer) : ${JSON.stringify(
    JSON.stringify(inspection()),
  )});
}`;

/** What `docker buildx imagetools inspect --format '{{json .}}'` prints of an image. */
export function inspection(changes: { mediaType?: string; architecture?: string } = {}) {
  const { mediaType = 'application/vnd.docker.distribution.manifest.v2+json', architecture = 'arm64' } = changes;
  return { manifest: { mediaType, digest: `sha256:${'a'.repeat(64)}`, size: 1234 }, image: { architecture } };
}
