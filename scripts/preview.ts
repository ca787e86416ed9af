/** `npm run preview -- <environment>`: what a deploy would change. Nothing is changed, and nothing is left behind. */
import type { StackPreview } from './deploy/preview.ts';
import { defineCommand, run } from './terminal/command.ts';
import { type ExitCode, exitCode } from './terminal/exit-codes.ts';

const command = defineCommand({
  name: 'preview',
  summary: 'show what a deploy would change',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    'lambda-image': { type: 'string', value: 'digest', description: 'run this image; else the one that runs now' },
    'importer-image': { type: 'string', value: 'digest', description: 'import with this image; else the present one' },
    json: { type: 'boolean', description: 'print JSON' },
    'exit-code': {
      type: 'boolean',
      description: `end with ${exitCode.changesPending} when there is something to change`,
    },
  },
  examples: ['npm run preview -- development', 'npm run preview -- production --stack database --exit-code'],
  async run({ flags, positionals: [name = ''], signal }) {
    const [{ target }, { imagesOf, withImages }, { endpointOf }, { openSession }, { preview }, text] =
      await Promise.all([
        import('./deploy/stacks.ts'),
        import('./deploy/release.ts'),
        import('./aws/cloudformation.ts'),
        import('./deploy/session.ts'),
        import('./deploy/preview.ts'),
        import('./deploy/text.ts'),
      ]);
    const images = imagesOf(flags);
    const { environment, region, stacks } = await target(name, flags.stack);
    const session = await openSession({ region }, signal, (line) => process.stderr.write(`${line}\n`));
    const say = (line: string) => void (flags.json || process.stdout.write(`${line}\n`));

    say(text.heading(name, region, endpointOf({ region })));
    const previews: StackPreview[] = [];
    try {
      for await (const stack of preview(session, await withImages(session, environment, stacks, images))) {
        say(text.previewLines(stack));
        previews.push(stack);
      }
    } finally {
      session.aws.destroy();
    }
    say(text.previewSummary(previews));
    if (flags.json) {
      const result = {
        environment: name,
        region,
        endpoint: endpointOf({ region }),
        pending: isPending(previews),
        stacks: previews,
      };
      process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    }
    return codeOf(previews, flags['exit-code']);
  },
});

const isPending = (previews: readonly StackPreview[]) =>
  previews.some(({ outcome }) => outcome === 'create' || outcome === 'update');

function codeOf(previews: readonly StackPreview[], wantsExitCode: boolean): ExitCode {
  const blocked = previews.flatMap((stack) => stack.exitCode ?? []);
  // The worst has the highest number, as far as these go: partly done, busy, needs a human.
  if (blocked.length > 0) return Math.max(...blocked) as ExitCode;
  return wantsExitCode && isPending(previews) ? exitCode.changesPending : exitCode.done;
}

if (import.meta.main) await run(command);
