/** Which run has the plan that a pull request was reviewed with, by the commit that it became. */
import type { GitHub } from './api.ts';

export interface Reviewed {
  readonly pullRequest: number;
  /** What was reviewed: the last commit of the branch, not the one of the merge. */
  readonly head: string;
  /** Of `preview.yml`; its artifacts are `plan-<environment>`. */
  readonly run: number;
}

/** @returns why there is none, where there is none: then nobody has reviewed it */
export async function findReviewedPlan(github: GitHub, commit: string): Promise<Reviewed | string> {
  const pulls = (await github.request('GET', `/commits/${commit}/pulls?per_page=100`)) as readonly Pull[];
  const pull = pulls.find(({ merged_at: merged, merge_commit_sha: sha }) => merged !== null && sha === commit);
  if (!pull) return `${commit.slice(0, 12)} came without a pull request.`;
  const { number, head } = pull;
  const query = `head_sha=${head.sha}&event=pull_request&status=success&per_page=100`;
  const { workflow_runs: runs } = (await github.request('GET', `/actions/workflows/preview.yml/runs?${query}`)) as Runs;
  // GitHub lists the newest first. A fork's run had no credentials, so what it shows is no plan.
  const found = runs.find(({ head_sha: sha, event, conclusion, head_repository: from }) => {
    return (
      sha === head.sha && event === 'pull_request' && conclusion === 'success' && from?.full_name === github.repository
    );
  });
  if (!found) return `Pull request ${number} was not previewed at ${head.sha.slice(0, 12)}.`;
  return { pullRequest: number, head: head.sha, run: found.id };
}

/** Whether somebody is asked before a job of this environment begins. */
export async function hasReviewers(github: GitHub, environment: string): Promise<boolean> {
  const { protection_rules: rules = [] } = (await github.request('GET', `/environments/${environment}`)) as Protected;
  return rules.some(({ type, reviewers = [] }) => type === 'required_reviewers' && reviewers.length > 0);
}

interface Pull {
  readonly number: number;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
  readonly head: { readonly sha: string };
}

interface Runs {
  readonly workflow_runs: readonly {
    readonly id: number;
    readonly head_sha: string;
    readonly event: string;
    readonly conclusion: string | null;
    readonly head_repository: { readonly full_name: string } | null;
  }[];
}

interface Protected {
  readonly protection_rules?: readonly { readonly type: string; readonly reviewers?: readonly unknown[] }[];
}
