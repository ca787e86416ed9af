/** A problem as a person reads it who came with a browser. */
import { escaped } from './escaped.ts';
import { plainPage } from './plain-page.ts';
import type { Problem } from './problem.ts';

export { plainPagePolicy as problemPagePolicy } from './plain-page.ts';

export function problemPage({ message, detail, members }: Problem, requestId: string): string {
  const said = typeof detail === 'string' ? detail : String(members.summary);
  return plainPage(
    message,
    `<p role="status">${escaped(said)}</p>
<p><small>Request ${escaped(requestId)}</small></p>`,
  );
}
