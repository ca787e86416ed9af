/** One comment a pull request that is kept up to date, instead of a new one with every push. */
import { type GitHub, GitHubError } from './api.ts';

/** Whose comments we take for ours: what GITHUB_TOKEN writes as. A person can copy the marker, not the author. */
const author = 'github-actions[bot]';

export interface Sticky {
  readonly outcome: 'created' | 'updated' | 'left to a later run' | 'not needed';
  readonly url?: string;
}

/**
 * @param name tells this comment from others of ours
 * @param run the number of the run that it is of: a run never overwrites what a later one wrote
 * @param worthCreating false where there is nothing to say, unless there was
 */
export async function stickyComment(github: GitHub, pullRequest: number, comment: Comment): Promise<Sticky> {
  try {
    return await upsert(github, pullRequest, comment);
  } catch (error) {
    if (!(error instanceof GitHubError) || !error.passes) throw error;
    // A comment may have been made although GitHub said that it failed: look before one is made again.
    return upsert(github, pullRequest, comment);
  }
}

export interface Comment {
  readonly name: string;
  readonly run: number;
  readonly body: string;
  readonly worthCreating: boolean;
}

async function upsert(
  github: GitHub,
  pullRequest: number,
  { name, run, body, worthCreating }: Comment,
): Promise<Sticky> {
  const marker = new RegExp(`^<!-- ${name} run=(\\d+) -->`);
  const text = `<!-- ${name} run=${run} -->\n${body}`;
  const existing = await find(github, pullRequest, marker);
  if (!existing) {
    if (!worthCreating) return { outcome: 'not needed' };
    const created = await github.request('POST', `/issues/${pullRequest}/comments`, { body: text });
    return { outcome: 'created', url: (created as Existing).html_url };
  }
  const url = existing.html_url;
  if (Number(marker.exec(existing.body)?.[1]) > run) return { outcome: 'left to a later run', url };
  await github.request('PATCH', `/issues/comments/${existing.id}`, { body: text });
  return { outcome: 'updated', url };
}

const pageSize = 100;

async function find(github: GitHub, pullRequest: number, marker: RegExp): Promise<Existing | undefined> {
  for (let page = 1; ; page++) {
    const path = `/issues/${pullRequest}/comments?per_page=${pageSize}&page=${page}`;
    const comments = (await github.request('GET', path)) as readonly Existing[];
    const found = comments.find(({ body, user }) => user?.login === author && marker.test(body));
    if (found || comments.length < pageSize) return found;
  }
}

/** What is read of an issue comment. */
interface Existing {
  readonly id: number;
  readonly html_url: string;
  readonly body: string;
  readonly user: { readonly login: string } | null;
}
