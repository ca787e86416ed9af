/** Where in the generator something is being done: files and lines, relative to the repository. */
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

const root = new URL('../../', import.meta.url).href;
/** Deeper than any building block calls another. */
const frames = 20;

/**
 * @param folders whose callers are wanted, one of each: `generator/stacks/`
 * @returns the nearest caller in each, nearest first: `generator/resources/vpc.ts:12`. Stripping types moves no line.
 */
export function callersIn(folders: readonly string[]): readonly string[] {
  const sites = getCallSites(frames).flatMap(({ scriptName, lineNumber }) => {
    const url = scriptName.startsWith('file:') ? scriptName : `file://${scriptName}`;
    if (!url.startsWith(root)) return [];
    const path = fileURLToPath(url).slice(fileURLToPath(root).length).replaceAll('\\', '/');
    return [`${path}:${lineNumber}`];
  });
  const nearest = folders.flatMap((folder) => sites.find((site) => site.startsWith(folder)) ?? []);
  return nearest.sort((a, b) => sites.indexOf(a) - sites.indexOf(b));
}
