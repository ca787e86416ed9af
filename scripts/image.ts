/** `npm run image`: bundles the programs and builds their images; with `--push`, into a registry. */
import type { Image } from './build/image.ts';
import { defineCommand, run } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { bold, dim, green } from './terminal/style.ts';

const command = defineCommand({
  name: 'image',
  summary: 'build the images that AWS runs',
  positionals: [{ name: 'program', description: 'only these', many: true, choices: ['lambda', 'importer'] }],
  flags: {
    push: { type: 'string', value: 'registry', description: 'push to this registry, unless it has the same image' },
    json: { type: 'boolean', description: 'print JSON' },
  },
  examples: ['npm run image -- lambda', 'npm run image -- --push 123456789012.dkr.ecr.us-east-1.amazonaws.com'],
  async run({ flags, positionals, signal }) {
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
        flags.push === undefined ? await buildImage(bundled, signal) : await pushImage(bundled, flags.push, signal);
      images.push(image);
      if (!flags.json) process.stdout.write(describe(image));
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(images, null, 2)}\n`);
    await setOutputs(Object.fromEntries(images.map(({ program, digest }) => [`${program}-digest`, digest])));
    return exitCode.done;
  },
});

function describe({ program, reference, digest, built }: Image): string {
  const what = built ? 'built' : 'is there already: nothing in it changed';
  return `${green('✓')} ${bold(program)} ${what}\n  ${reference}\n${digest ? `  ${dim(digest)}\n` : ''}`;
}

if (import.meta.main) await run(command);
