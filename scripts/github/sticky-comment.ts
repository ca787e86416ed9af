/** One comment a pull request that is kept up to date, instead of a new one with every push. */
import type { GitHub } from './api.ts';
import { findOurs, lookingAgain, marked } from './marked.ts';

export interface Sticky {
  readonly outcome: 'created' | 'updated' | 'left to a later run' | 'not needed';
  readonly url?: string;
}

export interface Comment {
  /** Tells this comment from others of ours. */
  readonly name: string;
  /** The number of the run that it is of. */
  readonly run: number;
  readonly body: string;
  /** False where there is nothing to say, unless there was. */
  readonly worthCreating: boolean;
}

export function stickyComment(github: GitHub, pullRequest: number, comment: Comment): Promise<Sticky> {
  const { name, run, body, worthCreating } = comment;
  return lookingAgain(async () => {
    const text = { body: marked(name, run, body) };
    const existing = await findOurs<{ readonly id: number }>(github, `/issues/${pullRequest}/comments`, name);
    if (!existing) {
      if (!worthCreating) return { outcome: 'not needed' };
      const created = (await github.request('POST', `/issues/${pullRequest}/comments`, text)) as Created;
      return { outcome: 'created', url: created.html_url };
    }
    const url = existing.html_url;
    if (existing.run > run) return { outcome: 'left to a later run', url };
    await github.request('PATCH', `/issues/comments/${existing.id}`, text);
    return { outcome: 'updated', url };
  });
}

interface Created {
  readonly html_url: string;
}
