/**
 * Sees what our own code asks of AWS while tests run, whoever answers. Every command of every client passes through one
 * method of the SDK, also those that are only signed, for a browser to send; the stack says which module asked.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { actionOf, type Call, type Door, type Needs } from '../../generator/proofs/privilege/calls.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const doors: readonly Door[] = ['lambda', 'jobs', 'outbound', 'importer'];
const deepStack = 60;

/** @returns gives what was seen until then */
export function recordCalls(): () => readonly Call[] {
  const calls = new Map<string, Call>();
  const require = createRequire(createRequire(import.meta.url).resolve('@aws-sdk/client-s3'));
  const { prototype } = require('@smithy/core/client').Command;
  const original = prototype.resolveMiddlewareWithContext;
  prototype.resolveMiddlewareWithContext = function (...args: unknown[]) {
    const { clientName, commandName } = args[3] as { clientName: string; commandName: string };
    const module = callingModule();
    if (module)
      calls.set(`${clientName} ${commandName} ${module}`, { client: clientName, command: commandName, module });
    return original.apply(this, args);
  };
  return () => [...calls.values()];
}

/** @returns `api/media/s3.ts`; undefined where a test asks for itself */
function callingModule(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = deepStack;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const frames = [...stack.matchAll(/file:\/\/[^\s)]+?\.ts/g)].map(([url]) => fileURLToPath(url).replace(root, ''));
  const first = frames.find((file) => !file.includes('node_modules') && file !== 'scripts/testing/aws-calls.ts');
  return first?.startsWith('api/') && !first.endsWith('.test.ts') ? first : undefined;
}

/** What each program needs, of what was seen: a module belongs to every front door that leads to it. */
export async function needsOf(calls: readonly Call[]): Promise<Needs> {
  const reached = await Promise.all(doors.map(async (door) => [door, await modulesBehind(door)] as const));
  const needs = reached.map(([door, modules]) => {
    const own = calls.filter(({ module }) => modules.has(module));
    const byAction = Map.groupBy(own, actionOf);
    const actions = [...byAction].map(([action, made]) => [
      action,
      [...new Set(made.map(({ module }) => module))].sort(),
    ]);
    return [door, Object.fromEntries(actions.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)))];
  });
  return Object.fromEntries(needs);
}

async function modulesBehind(door: Door): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`api/${door}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.sql': 'text', '.html': 'text', '.css': 'text', '.png': 'file', '.pem': 'text' },
    outdir: 'out',
    logLevel: 'silent',
  });
  return new Set(Object.keys(metafile.inputs));
}

/** @param complete whether every test ran: else what was not seen may still be called */
export function needsDiffer(seen: Needs, recorded: Needs, complete: boolean): readonly string[] {
  const pairs = (needs: Needs) =>
    Object.entries(needs).flatMap(([door, actions]) =>
      Object.entries(actions).flatMap(([action, modules]) =>
        modules.map((module) => `${door} ${action} from ${module}`),
      ),
    );
  const [is, was] = [pairs(seen), pairs(recorded)];
  return [
    ...is.filter((pair) => !was.includes(pair)).map((pair) => `${pair} was seen and is not recorded`),
    ...(complete ? was.filter((pair) => !is.includes(pair)).map((pair) => `${pair} is recorded and was not seen`) : []),
  ];
}
