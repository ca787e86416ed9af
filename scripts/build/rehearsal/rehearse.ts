/** Both images, built on a stand-in base and run as AWS would run them, as far as a machine without Docker can. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { environments } from '../../../environments/index.ts';
import { readTemplate } from '../../../generator/cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from '../../../generator/compile.ts';
import { restEvent } from '../../simulators/lambda-runtime/rest-event.ts';
import { startLambda } from '../../simulators/lambda-runtime/simulator.ts';
import { type Bundle, bundle, programNames } from '../bundle.ts';
import { dockerfile, ImageError } from '../image.ts';
import { type Built, buildah } from './buildah.ts';
import { confined, whyNot } from './confined.ts';
import { checkImage, fail } from './manifest.ts';
import { baseDockerfile, makeBase } from './stand-in-base.ts';

export interface RehearsedStep {
  readonly name: string;
  readonly result: string;
  readonly milliseconds: number;
}

/** Nobody: Lambda runs the code as a user that owns nothing of it. */
const nobody = 65_534;
const base = 'stand-in-base';
const boundaries = fileURLToPath(new URL('../../../api/local/boundaries/', import.meta.url));

export interface RehearsalOptions {
  readonly signal: AbortSignal;
  /** An empty database called coalition_staging, with PostGIS; without it, what needs one is left out. */
  readonly databaseUrl: string | undefined;
}

/** What a rehearsal cannot show, whichever machine it is on. */
export const notCovered = [
  'the real bases (public.ecr.aws): their Node, entry point and certificates; CI builds on them',
  'arm64, where this machine is none: the bundles are the same, the bases are not',
  'pulling from ECR, and the limits of Lambda and Fargate on processors and memory',
];

export async function* rehearseImages({ signal, databaseUrl }: RehearsalOptions): AsyncGenerator<RehearsedStep> {
  const folder = await mkdtemp(join(tmpdir(), 'image-rehearsal-'));
  await chmod(folder, 0o755);
  try {
    const images = buildah(join(folder, 'storage'), signal);
    const platform = process.arch === 'arm64' ? 'arm64' : 'amd64';
    yield await timed('make a stand-in base', async () => {
      const root = join(folder, 'base');
      await makeBase(root);
      await writeFile(join(folder, 'Base'), baseDockerfile);
      await images.build(base, join(folder, 'Base'), root);
      return `Node ${process.versions.node}, ${platform}`;
    });
    await writeFile(join(folder, 'Dockerfile'), await onStandIn());
    const build = async (tag: string, program: string, context: string): Promise<Built> => {
      const options = ['--target', program, '--build-arg', `TARGETARCH=${platform}`];
      await images.build(tag, join(folder, 'Dockerfile'), context, ...options);
      return images.unpack(tag, base);
    };
    const built = new Map<string, { readonly bundle: Bundle; readonly image: Built }>();
    for (const program of programNames) {
      yield await timed(`build ${program}`, async () => {
        const bundled = await bundle(program, join(folder, 'dist'));
        const image = await build(program, program, join(folder, 'dist'));
        built.set(program, { bundle: bundled, image });
        return checkImage(bundled, image);
      });
    }
    yield* faultyImages(built.get('lambda')?.bundle ?? thrown('lambda was not built.'), folder, build);
    const lacking = whyNot();
    if (lacking) throw new ImageError(`The images cannot be run: ${lacking}.`, 'Rehearse on Linux, as root.');
    const of = (program: string) => built.get(program) ?? thrown(`${program} was not built.`);
    yield* lambda(of('lambda').image, folder, databaseUrl);
    if (databaseUrl)
      yield await timed('import a file', () => importer(of('importer').image, folder, databaseUrl, signal));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The Dockerfile as it is, but for what it stands on. */
async function onStandIn(): Promise<string> {
  const text = await readFile(dockerfile, 'utf8');
  const replaced = text.replace(/^FROM public\.ecr\.aws\/\S+/gm, `FROM localhost/${base}`);
  if (replaced === text) throw fail('The Dockerfile has no base to replace.');
  return replaced;
}

/** Images that are wrong on purpose: a check that lets one of them pass says nothing of the others. */
async function* faultyImages(
  { folder: good, ...made }: Bundle,
  folder: string,
  build: (tag: string, program: string, context: string) => Promise<Built>,
): AsyncGenerator<RehearsedStep> {
  const faults = {
    incomplete: {
      why: /has other files than its bundle: desk\/desk\.html\./,
      // Out of the context, so that it never gets into the image.
      spoil: (context: string) => rm(join(context, 'lambda/desk/desk.html')),
      data: made.data,
    },
    'too-large': {
      why: /adds 1\d\.\d MB to its base/,
      // Nothing compresses it.
      spoil: (context: string) => writeFile(join(context, 'lambda/extra.bin'), randomBytes(11 * 1024 * 1024)),
      data: [...made.data, 'extra.bin'],
    },
  };
  for (const [name, { why, spoil, data }] of Object.entries(faults)) {
    yield await timed(`build one that is ${name.replace('-', ' ')}`, async () => {
      const context = join(folder, name);
      await cp(good, join(context, 'lambda'), { recursive: true });
      await spoil(context);
      const image = await build(name, 'lambda', context);
      // What it should have is what is in the context; of the incomplete one, what is in the good one.
      const expected = { ...made, data, folder: name === 'incomplete' ? good : join(context, 'lambda') };
      const said = await checkImage(expected, image).catch((error: unknown) => (error as Error).message);
      if (!why.test(said)) throw fail(`An image that is ${name} passes: ${said}`);
      return 'refused';
    });
  }
}

async function* lambda(image: Built, folder: string, databaseUrl: string | undefined): AsyncGenerator<RehearsedStep> {
  const variables: Record<string, string> = {
    ...imageVariables(image),
    ENVIRONMENT: 'staging',
    RATE_LIMIT_TABLE: 'coalition-builder-rate-limits',
    SECRET_KEY_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:key',
    MEDIA_BUCKET: 'coalition-builder-media',
    PUBLIC_BASE_URL: 'https://api.example.org',
    DATABASE_URL: databaseUrl ?? 'postgres://nobody@127.0.0.1:9/coalition_staging',
  };
  const start = async (handler: string) => {
    const tmp = await emptyTmp(folder, nobody);
    const place = { root: image.root, tmp, user: nobody };
    const command = confined(place, [...(image.config.Entrypoint ?? []), handler]);
    return startLambda({ folder: '/var/task', handler, variables, command, timeoutMs: 60_000 });
  };
  const [handler = ''] = image.config.Cmd ?? [];
  if (databaseUrl) {
    await using jobs = await start('jobs.handler');
    yield await timed('invoke migrate', async () => {
      const { payload, error } = await jobs.invoke({ job: 'migrate' });
      const { applied } = JSON.parse(payload ?? '{}') as { applied?: readonly string[] };
      if (!applied?.length) throw fail(`migrate: ${error?.errorMessage ?? payload}\n${jobs.output()}`);
      return `${applied.length} migrations`;
    });
  }
  await using api = await start(handler);
  yield await timed('invoke the keep-warm event', async () => {
    const { payload, error, initMilliseconds } = await api.invoke(keepWarmEvent());
    if (payload !== '{}') throw fail(`keep-warm: ${error?.errorMessage ?? payload}\n${api.output()}`);
    if (/code cache/.test(api.output())) throw fail(`The code cache is of no use: ${api.output()}`);
    return `started in ${Math.round(initMilliseconds ?? 0)} ms, as user ${nobody}, root read-only`;
  });
  for (const path of ['/api/health/', ...(databaseUrl ? ['/api/health/ready/', '/api/campaigns/'] : [])]) {
    yield await timed(`invoke GET ${path}`, async () => {
      const { payload, error } = await api.invoke(restEvent('GET', path));
      const { statusCode } = JSON.parse(payload ?? '{}') as { statusCode?: number };
      if (statusCode !== 200) throw fail(`GET ${path}: ${error?.errorMessage ?? payload}\n${api.output()}`);
      return '200';
    });
  }
}

/** What EventBridge sends, as the committed template says it. */
function keepWarmEvent(): string {
  const bodies = compile(environments.staging, placeholderRelease).map(({ body }) => readTemplate(body));
  const rule = bodies.flatMap(({ Resources }) => Object.entries(Resources)).find(([id]) => /^KeepWarm/.test(id))?.[1];
  const { Targets = [] } = (rule?.Properties ?? {}) as { Targets?: readonly { readonly Input?: string }[] };
  return Targets[0]?.Input ?? thrown('No template has a keep-warm rule.');
}

async function importer(image: Built, folder: string, databaseUrl: string, signal: AbortSignal): Promise<string> {
  const [user = 0] = (image.config.User ?? '').split(':').map(Number);
  const tmp = await emptyTmp(folder, user);
  const file = 'cb_2025_us_cd119_20m.zip';
  await copyFile(join(boundaries, file), join(tmp, file));
  await chmod(join(tmp, file), 0o644);
  const words = ['--dataset', 'cd', '--year', '2025', '--resolution', '20m', '--source', 'dir:/tmp'];
  const place = { root: image.root, tmp, user };
  const entry = (image.config.Entrypoint ?? []).map((word, index) =>
    index === 0 && word === 'node' ? '/usr/local/bin/node' : word,
  );
  const [command = '', ...args] = confined(place, [...entry, ...words]);
  const env = { ...imageVariables(image), ENVIRONMENT: 'staging', DATABASE_URL: databaseUrl };
  const child = spawn(command, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [status, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const regions = /(\d+) regions/.exec(out + err)?.[1];
  if (status !== 0 || regions === undefined) throw fail(`The importer ended with ${status}:\n${out}${err}`);
  return `${regions} districts of ${file}, as user ${user}, root read-only`;
}

function imageVariables({ config: { Env = [] } }: Built): Record<string, string> {
  return Object.fromEntries(Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

async function emptyTmp(folder: string, user: number): Promise<string> {
  const tmp = await mkdtemp(join(folder, 'tmp-'));
  await chown(tmp, user, user);
  return tmp;
}

function thrown(message: string): never {
  throw fail(message);
}

async function timed(name: string, step: () => Promise<string>): Promise<RehearsedStep> {
  const started = performance.now();
  const result = await step();
  return { name, result, milliseconds: Math.round(performance.now() - started) };
}
