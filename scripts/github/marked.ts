/** What we keep up to date on GitHub, told from everything else by its author and a marker in its first line. */
import { type GitHub, GitHubError } from './api.ts';

/** What GITHUB_TOKEN writes as. A person can copy the marker, not the author. */
const author = 'github-actions[bot]';

/** What is read of a comment or an issue. */
export interface Ours {
  readonly html_url: string;
  readonly body: string;
  /** Of the run that wrote it: a run never overwrites what a later one wrote. */
  readonly run: number;
}

/** @param name tells this from others of ours */
export const marked = (name: string, run: number, body: string) => `<!-- ${name} run=${run} -->\n${body}`;

const pageSize = 100;

/**
 * @param path of a list, such as `/issues/7/comments`
 * @returns the first of the list that is ours; of its own things, `T`
 */
export async function findOurs<T>(github: GitHub, path: string, name: string): Promise<(T & Ours) | undefined> {
  const marker = new RegExp(`^<!-- ${name} run=(\\d+) -->`);
  const sign = path.includes('?') ? '&' : '?';
  for (let page = 1; ; page++) {
    const listed = `${path}${sign}per_page=${pageSize}&page=${page}`;
    const items = (await github.request('GET', listed)) as readonly (T & Listed)[];
    for (const item of items) {
      const run = item.user?.login === author ? marker.exec(item.body ?? '')?.[1] : undefined;
      if (run !== undefined) return { ...item, body: item.body ?? '', run: Number(run) };
    }
    if (items.length < pageSize) return undefined;
  }
}

/** A thing may have been made although GitHub said that it failed: who makes it looks before it makes it again. */
export async function lookingAgain<T>(upsert: () => Promise<T>): Promise<T> {
  try {
    return await upsert();
  } catch (error) {
    if (!(error instanceof GitHubError) || !error.passes) throw error;
    return upsert();
  }
}

interface Listed {
  readonly html_url: string;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
}
