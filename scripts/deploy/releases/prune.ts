/** Versions too old to go back to, which would stay for ever: no template names them any more, and each is kept. */
import { dim } from '../../terminal/style.ts';
import type { LiveVersion } from '../live-version.ts';
import type { Session } from '../session.ts';

/**
 * A release that works is not spoiled by what it could not tidy up: that is said, and the next one tries again.
 * @param kept how many of the newest stay; the live one does in any case
 */
export async function pruneVersions(session: Session, live: LiveVersion, kept: number): Promise<void> {
  try {
    const numbers = (await versionsOf(session, live.functionName)).sort((a, b) => b - a);
    const old = numbers.slice(kept).filter((number) => String(number) !== live.version);
    const lambda = await session.lambda();
    for (const number of old) {
      session.signal.throwIfAborted();
      await lambda.deleteFunction({ FunctionName: live.functionName, Qualifier: String(number) });
    }
    if (old.length > 0) session.say(dim(`  ${kept} versions are kept; deleted ${old.reverse().join(', ')}`));
  } catch (error) {
    session.signal.throwIfAborted();
    session.say(`Old versions of ${live.functionName} stay: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function versionsOf(session: Session, FunctionName: string): Promise<number[]> {
  const lambda = await session.lambda();
  const found: number[] = [];
  for (let marker: string | undefined, more = true; more; more = marker !== undefined) {
    const page = await lambda.listVersionsByFunction(
      { FunctionName, ...(marker !== undefined && { Marker: marker }) },
      { abortSignal: session.signal },
    );
    found.push(...(page.Versions ?? []).map(({ Version }) => Number(Version)).filter(Number.isInteger));
    marker = page.NextMarker;
  }
  return found;
}
