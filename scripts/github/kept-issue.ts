/** One open issue that says how something is, as long as it is not as it should be. */
import type { GitHub } from './api.ts';
import { findOurs, lookingAgain, marked } from './marked.ts';

export interface Kept {
  readonly outcome: 'opened' | 'updated' | 'closed' | 'left to a later run' | 'not needed';
  readonly url?: string;
}

export interface Issue {
  /** Tells this issue from others of ours. */
  readonly name: string;
  /** The number of the run that it is of. */
  readonly run: number;
  readonly title: string;
  readonly body: string;
  /** `open`: there is something to do; `done`: there is not; `unknown`: nobody could tell, so none is opened or closed. */
  readonly state: 'open' | 'done' | 'unknown';
}

/** What a person has closed is closed: where it is wrong again, there is a new one. */
export function keepIssue(github: GitHub, { name, run, title, body, state }: Issue): Promise<Kept> {
  return lookingAgain(async () => {
    const text = { title, body: marked(name, run, body) };
    const existing = await findOurs<{ readonly number: number }>(github, '/issues?state=open', name);
    if (!existing) {
      if (state !== 'open') return { outcome: 'not needed' };
      const opened = (await github.request('POST', '/issues', text)) as { readonly html_url: string };
      return { outcome: 'opened', url: opened.html_url };
    }
    const { number, html_url: url } = existing;
    if (existing.run > run) return { outcome: 'left to a later run', url };
    const isDone = state === 'done';
    await github.request('PATCH', `/issues/${number}`, {
      ...text,
      ...(isDone && { state: 'closed', state_reason: 'completed' }),
    });
    return { outcome: isDone ? 'closed' : 'updated', url };
  });
}
