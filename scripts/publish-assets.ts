/** `npm run publish-assets -- <environment>`: uploads what the pages of this commit load, where it is not there yet. */

import type { PublishedFile } from './deploy/publish-assets.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { dim, green } from './terminal/style.ts';

const command = defineCommand({
  name: 'publish-assets',
  summary: 'upload what the pages load to the static bucket of an environment; what is there stays there',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    'dry-run': { type: 'boolean', description: 'say what is missing, upload nothing' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: [
    'npm run publish-assets -- staging    npm run deploy does it by itself before it changes the API',
    'npm run publish-assets -- production --dry-run --json',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    const [{ environment }, { openSession }, { requireAccount }, { publishAssets, staticBucketOf }, { DeployError }] =
      await Promise.all([
        import('../environments/index.ts'),
        import('./deploy/session.ts'),
        import('./deploy/whereabouts.ts'),
        import('./deploy/publish-assets.ts'),
        import('./deploy/errors.ts'),
      ]);
    const wanted = environment(name);
    const say = (line: string) => void (flags.json ? process.stderr : process.stdout).write(`${line}\n`);
    const session = await openSession({ region: wanted.account.region }, signal, say, { name });
    try {
      await requireAccount(session, wanted);
      const bucket = await staticBucketOf(session, name);
      if (bucket === undefined)
        throw new DeployError(
          `${name} has no static bucket: coalition-builder-${name}-storage is not deployed.`,
          `npm run deploy -- ${name} makes it and fills it; npm run deploy -- ${name} --stack storage makes it alone.`,
          exitCode.usage,
        );
      const each = ({ key, bytes, outcome }: PublishedFile) => {
        if (outcome !== 'there') say(`  ${outcome}  ${key}  ${dim(size(bytes))}`);
      };
      const files = await publishAssets(session, bucket, { dryRun: flags['dry-run'], each });
      if (flags.json) process.stdout.write(`${JSON.stringify({ environment: name, bucket, files }, null, 2)}\n`);
      else say(summary(bucket, files));
      return exitCode.done;
    } finally {
      session.close();
    }
  },
});

function summary(bucket: string, files: readonly PublishedFile[]): string {
  const there = files.filter(({ outcome }) => outcome === 'there').length;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const rest = files.length - there;
  const verdict =
    rest === 0 ? 'nothing to upload' : `${rest} ${files.find((file) => file.outcome !== 'there')?.outcome}`;
  return `${green('✓')} ${files.length} files, ${size(bytes)}: ${verdict}, ${there} there already  ${dim(`s3://${bucket}`)}`;
}

const size = (bytes: number) => (bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

if (import.meta.main) await run(command);
