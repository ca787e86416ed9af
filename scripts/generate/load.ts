/** Loads the generator with what `environments/` says, where a slip of the pen is the writer's to correct, not a bug. */
import { fileURLToPath } from 'node:url';

const environmentsFolder = new URL('../../environments/', import.meta.url);

/** A file of `environments/` cannot be read as TypeScript, or not together with the others. */
class UnreadableEnvironmentsError extends Error {
  readonly exitCode = 2;
  readonly remedy = 'Correct it; `npm run lint` (`tsc --noEmit`) finds all such places.';
  constructor(place: string, reason: string) {
    super(`${place} cannot be loaded: ${reason.replace(/\.$/, '')}.`);
    this.name = 'UnreadableEnvironmentsError';
  }
}

/** @throws UnreadableEnvironmentsError with file and line (exit code 2) */
export async function loadGenerator(): Promise<typeof import('../../generator/templates.ts')> {
  try {
    return await import('../../generator/templates.ts');
  } catch (error) {
    const place = error instanceof Error ? placeOf(error) : undefined;
    if (!(error instanceof Error) || place === undefined) throw error;
    const reason = error.message.replaceAll(environmentsFolder.href, 'environments/');
    throw new UnreadableEnvironmentsError(place, reason.replaceAll(fileURLToPath(environmentsFolder), 'environments/'));
  }
}

/** Node names the place of a syntax error in the first line of its stack, and of a missing file in the message. */
function placeOf(error: Error): string | undefined {
  const missing = error.message.startsWith('Cannot find module');
  const [first = ''] = (error.stack ?? '').split('\n');
  const from = missing ? error.message.split(' imported from ')[1] : error instanceof SyntaxError ? first : undefined;
  for (const folder of [environmentsFolder.href, fileURLToPath(environmentsFolder)]) {
    if (from?.startsWith(folder)) return `environments/${from.slice(folder.length)}`;
  }
  return undefined;
}
