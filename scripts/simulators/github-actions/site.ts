/** What there is of GitHub outside of a run: the repository, its settings, and what runs share. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queues } from './queue.ts';
import type { Repository } from './repository.ts';

export interface Settings {
  /** `owner/name` */
  readonly name: string;
  readonly repository: Repository;
  /** Variables of the repository. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly environments?: Readonly<Record<string, EnvironmentSettings>>;
  /** What `github.token` is. */
  readonly token?: string;
  /** What every job finds in its environment besides GitHub's own variables: where the simulators of AWS answer. */
  readonly machine?: Readonly<Record<string, string>>;
}

export interface EnvironmentSettings {
  readonly vars?: Readonly<Record<string, string>>;
  /** Who may be deployed from; by default any. */
  readonly branches?: readonly string[];
  /** The reviewers' answer, where there are any. */
  readonly approve?: () => boolean | Promise<boolean>;
}

export interface Site extends Settings, Disposable {
  readonly queues: Queues;
  /** Folders of this site: runners with their checkouts and files of steps, artifacts. */
  readonly folder: string;
  /**
   * A fresh runner, as an empty folder. On GitHub all are at one path, and here at as few as run at once: what Node has
   * compiled it knows by its path.
   */
  runner(): Runner;
  nextRun(): number;
}

export interface Runner extends Disposable {
  readonly folder: string;
}

export interface Event {
  readonly name: 'push' | 'pull_request' | 'workflow_dispatch' | 'schedule' | 'merge_group';
  readonly ref: string;
  readonly sha: string;
  /** Who started it. */
  readonly actor?: string;
  /** The file that GITHUB_EVENT_PATH names. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Fork and Dependabot: GitHub signs no token for them, and lets them write nothing. */
export function isUntrusted({ name, payload, actor }: Event, repository: string): boolean {
  if (name !== 'pull_request') return false;
  const { pull_request: pull } = payload as { pull_request?: { head: { repo: { full_name: string } } } };
  return pull?.head.repo.full_name !== repository || actor === 'dependabot[bot]';
}

export function makeSite(settings: Settings): Site {
  const folder = mkdtempSync(join(tmpdir(), 'simulated-github-'));
  const busy = new Set<number>();
  let run = 1000;
  return {
    ...settings,
    queues: new Queues(),
    folder,
    nextRun: () => ++run,
    runner() {
      let number = 1;
      while (busy.has(number)) number++;
      busy.add(number);
      const own = join(folder, `runner-${number}`);
      mkdirSync(own);
      return {
        folder: own,
        [Symbol.dispose]() {
          rmSync(own, { recursive: true, force: true });
          busy.delete(number);
        },
      };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
