/** `npm run image`: bundles the programs and builds their images; with `--push`, into a registry. */
import type { Image } from './build/image.ts';
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { type ExitCode, exitCode } from './terminal/exit-codes.ts';
import { bold, dim, green } from './terminal/style.ts';

const command = defineCommand({
  name: 'image',
  summary: 'build the images that AWS runs',
  positionals: [{ name: 'program', description: 'only these', many: true, choices: ['lambda', 'importer'] }],
  flags: {
    push: { type: 'string', value: 'registry', description: 'push to this registry, unless it has the same image' },
    architecture: {
      type: 'string',
      description: 'of the machine that runs them',
      choices: ['arm64', 'amd64'],
      default: 'arm64',
    },
    rehearse: {
      type: 'boolean',
      description: 'build them with buildah on a stand-in base, and run them; needs no Docker',
    },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: [
    'npm run image -- lambda',
    'npm run image -- --rehearse',
    'npm run image -- --push 123456789012.dkr.ecr.us-east-1.amazonaws.com',
  ],
  async run({ flags, positionals, signal }) {
    if (flags.push !== undefined && flags.architecture !== 'arm64')
      throw new UsageError('Only arm64 is pushed: that is what AWS runs it on.', 'Leave out --architecture.');
    if (flags.rehearse) return rehearse(flags.json, signal);
    const [{ bundle, programNames }, { buildImage, pushImage, signIn }, { setOutputs }] = await Promise.all([
      import('./build/bundle.ts'),
      import('./build/image.ts'),
      import('./github/workflow.ts'),
    ]);
    if (flags.push !== undefined) await signIn(flags.push, signal);
    const images: Image[] = [];
    for (const program of programNames) {
      if (positionals.length > 0 && !positionals.includes(program)) continue;
      const bundled = await bundle(program);
      const image =
        flags.push === undefined
          ? await buildImage(bundled, signal, flags.architecture === 'amd64' ? 'amd64' : 'arm64')
          : await pushImage(bundled, flags.push, signal);
      images.push(image);
      if (!flags.json) process.stdout.write(describe(image));
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(images, null, 2)}\n`);
    await setOutputs(Object.fromEntries(images.map(({ program, digest }) => [`${program}-digest`, digest])));
    return exitCode.done;
  },
});

async function rehearse(json: boolean, signal: AbortSignal): Promise<ExitCode> {
  const [{ notCovered, rehearseImages }, { throwawayDatabase }, { columns, duration }] = await Promise.all([
    import('./build/rehearsal/rehearse.ts'),
    import('./build/rehearsal/database.ts'),
    import('./terminal/style.ts'),
  ]);
  await using database = await throwawayDatabase();
  const missing = database.url ? [] : ['migrate, requests and an import: there is no PostgreSQL with PostGIS here'];
  const steps = [];
  for await (const step of rehearseImages({ signal, databaseUrl: database.url })) {
    steps.push(step);
    if (!json)
      process.stdout.write(`  ${green('✓')} ${step.name}: ${step.result}  ${dim(duration(step.milliseconds))}\n`);
  }
  const left = [...missing, ...notCovered];
  if (json) process.stdout.write(`${JSON.stringify({ steps, notCovered: left }, null, 2)}\n`);
  else process.stdout.write(`\nNot covered:\n${columns(left.map((line) => ['  -', line]))}\n`);
  return exitCode.done;
}

function describe({ program, reference, digest, built }: Image): string {
  const what = built ? 'built' : 'is there already: nothing in it changed';
  return `${green('✓')} ${bold(program)} ${what}\n  ${reference}\n${digest ? `  ${dim(digest)}\n` : ''}`;
}

if (import.meta.main) await run(command);
