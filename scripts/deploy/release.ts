/** Which images a stack is compiled with: those that were named, else those that it runs with now. */
import type { Environment } from '../../environments/index.ts';
import { type CompiledStack, compile, placeholderRelease, type Release } from '../../generator/compile.ts';
import { UsageError } from '../terminal/command.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { DeployError, isValidationError } from './errors.ts';
import type { Session } from './session.ts';

type Image = keyof Release['images'];
const names: readonly Image[] = ['lambda', 'importer'];

/** Digests, `sha256:…`. */
export type Images = Readonly<Partial<Record<Image, string>>>;

/** @throws UsageError (2) where a digest is none */
export function imagesOf(flags: { readonly [name in `${Image}-image`]: string | undefined }): Images {
  const given = names.flatMap((name) => {
    const digest = flags[`${name}-image`];
    if (digest === undefined) return [];
    if (/^sha256:[0-9a-f]{64}$/.test(digest)) return [[name, digest]];
    throw new UsageError(
      `--${name}-image is "${digest}"; it takes the digest of an image, sha256: and 64 digits.`,
      'A tag is not enough: what is previewed has to be what runs.',
    );
  });
  return Object.fromEntries(given);
}

/**
 * Compiles each stack with the images that it runs now, so that a preview of infrastructure shows infrastructure; an image
 * that is given wins. A stack that is not deployed keeps the placeholder for what is not given.
 */
export async function withImages(
  session: Session,
  environment: Environment,
  stacks: readonly CompiledStack[],
  given: Images,
): Promise<readonly Deployable[]> {
  return Promise.all(
    stacks.map(async (stack) => {
      const committed = stack.body;
      const wanted = Object.keys(imagesIn(committed));
      if (wanted.length === 0) return { ...stack, committed };
      const isGiven = names.every((name) => given[name] !== undefined || !wanted.includes(name));
      const live = isGiven ? {} : await deployedImages(session, stack.stackName);
      const release = { images: { ...placeholderRelease.images, ...live, ...given } };
      const compiled =
        compile(environment, release, { sources: true }).find(({ stackName }) => stackName === stack.stackName) ??
        stack;
      return { ...compiled, body: compiled.body, committed };
    }),
  );
}

/** A stack with the images that it is deployed with, and the template that is committed, which names none. */
export interface Deployable extends CompiledStack {
  readonly committed?: string;
}

/** What runs once these stacks are deployed, by image. */
export function imagesOn(stacks: readonly CompiledStack[]): Images {
  return Object.assign({}, ...stacks.map(({ body }) => imagesIn(body)));
}

/** @throws DeployError (2), before anything is done, where a stack would be deployed with an image that does not exist */
export function refusePlaceholders(stacks: readonly CompiledStack[]): void {
  const missing = stacks.flatMap(({ stackName, body }) => {
    const images = imagesIn(body);
    return names
      .filter((name) => images[name] === placeholderRelease.images[name])
      .map((name) => ({ stackName, name }));
  });
  if (missing.length === 0) return;
  const flags = [...new Set(missing.map(({ name }) => `--${name}-image sha256:…`))];
  throw new DeployError(
    `There is no image yet for:\n${missing.map(({ stackName, name }) => `  ${stackName}: ${name}`).join('\n')}`,
    `Name it by its digest: ${flags.join(' ')}; or deploy other stacks with --stack.\nnpm run image -- --push <registry> builds them and prints the digests; the workflow deploy-lambda.yml does it before it deploys.`,
    exitCode.usage,
  );
}

/** Our repositories are called after their image: `…/coalition-builder-lambda@sha256:…`. */
function imagesIn(body: string): Images {
  const found = [...body.matchAll(/\/coalition-builder-(lambda|importer)@(sha256:[0-9a-f]{64})/g)];
  return Object.fromEntries(found.map(([, name, digest]) => [name, digest]));
}

/** With which a stack is deployed; none where it is not there. */
export async function deployedImages(session: Session, stackName: string): Promise<Images> {
  return imagesIn(await deployedTemplate(session, stackName));
}

/** @returns empty where the stack is not deployed */
export async function deployedTemplate({ aws, signal }: Session, stackName: string): Promise<string> {
  try {
    const { TemplateBody = '' } = await aws.getTemplate({ StackName: stackName }, { abortSignal: signal });
    return TemplateBody;
  } catch (error) {
    // It is not deployed.
    if (isValidationError(error)) return '';
    throw error;
  }
}
