/** From what is wanted to what the run does: each wanted file is looked for in the source under the names it may have. */
import type { Plan, Wanted } from '../catalogue/vintages.ts';
import type { Job } from '../load/upcoming.ts';
import { DownloadError, type Source } from './source.ts';

export function jobsFor(plan: Plan, source: Source): readonly Job[] {
  return [
    ...plan.lacking.map(({ name, reason }): Job => ({ name, fetch: async () => ({ kind: 'absent', reason }) })),
    ...plan.wanted.map((wanted) => jobFor(wanted, source, plan.notices)),
  ];
}

function jobFor(wanted: Wanted, source: Source, notices: readonly string[]): Job {
  const { candidates, otherwise, states } = wanted;
  return {
    name: candidates[0]?.name ?? wanted.dataSet,
    states,
    async fetch(options) {
      for (const candidate of candidates) {
        const got = await source.get(candidate, options);
        if (got) return { kind: 'file', ...got, layer: candidate.name, notices };
      }
      if (otherwise.length > 0) {
        return { kind: 'instead', jobs: otherwise.map((other) => jobFor(other, source, notices)) };
      }
      const names = candidates.map(({ name }) => `${name}.zip`).join(' or ');
      throw new DownloadError(
        `${names} is not to be had from ${source.name}.`,
        notices.length > 0
          ? `${notices.join(' ')} If the Census calls them otherwise, give them with --source dir:path/to/folder.`
          : 'Check the year, or give the file with --source dir:path/to/folder.',
      );
    },
  };
}
