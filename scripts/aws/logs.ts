/** Lines of a CloudWatch log stream, as they come. */
import { CommandError, execute } from './command-line.ts';

export interface LogLines {
  readonly lines: readonly string[];
  /** Where the next reading starts. */
  readonly next?: string;
}

/**
 * What was written since `next`, which is left out the first time. A stream that does not exist yet has no lines: it
 * appears with the first line that its container writes.
 * @param where the names, and the region they are in
 */
export async function readLog(
  where: { readonly group: string; readonly stream: string; readonly region: string },
  next: string | undefined,
  signal: AbortSignal,
): Promise<LogLines> {
  const { group, stream, region } = where;
  const lines: string[] = [];
  let token = next;
  for (;;) {
    const page = await getLogEvents(
      ['--log-group-name', group, '--log-stream-name', stream, '--region', region],
      token,
    );
    if (!page) return { lines, ...(token !== undefined && { next: token }) };
    lines.push(...page.events.map(({ message }) => message.trimEnd()));
    // The end of a stream answers with the token that it was asked with (GetLogEvents, nextForwardToken).
    if (page.nextForwardToken === token || page.events.length === 0) return { lines, next: page.nextForwardToken };
    token = page.nextForwardToken;
  }

  async function getLogEvents(names: readonly string[], from: string | undefined): Promise<Page | undefined> {
    const position = from === undefined ? ['--start-from-head'] : ['--start-from-head', '--next-token', from];
    try {
      const answer = await execute('aws', ['logs', 'get-log-events', ...names, ...position, '--output', 'json'], {
        signal,
      });
      return JSON.parse(answer) as Page;
    } catch (error) {
      if (error instanceof CommandError && error.message.includes('ResourceNotFoundException')) return undefined;
      throw error;
    }
  }
}

interface Page {
  readonly events: readonly { readonly message: string }[];
  readonly nextForwardToken: string;
}
