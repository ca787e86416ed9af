/** What previews of environments have found, as Markdown for a pull request or the summary of a run. Pure. */
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { type EnvironmentName, environmentNames } from '../../environments/index.ts';
import { counts, resourceLines } from '../plan/text.ts';

/** What `npm run preview -- <environment> --json` prints, as far as it is shown. Others wrote it: nothing is trusted. */
const previewSchema = z.object({
  environment: z.enum(environmentNames),
  stacks: z.array(
    z.object({
      stack: z.string().regex(/^[a-z][a-z-]{0,40}$/),
      outcome: z.enum(['create', 'update', 'unchanged', 'blocked']),
      changes: z.array(
        z.object({
          action: z.enum(['add', 'update', 'replace', 'may replace', 'remove', 'import', 'other']),
          logicalId: z.string(),
          type: z.string(),
          properties: z.array(z.string()),
        }),
      ),
      notes: z.array(z.string()),
    }),
  ),
});
type Preview = z.infer<typeof previewSchema>;

/** By environment the text of its file; undefined where there is none, because its preview failed. */
export type Previews = ReadonlyMap<EnvironmentName, string | undefined>;

export interface Rendered {
  readonly markdown: string;
  /** Whether anything would change, or could not be told. */
  readonly pending: boolean;
}

/** GitHub refuses a longer comment; the marker before it takes some. */
const longest = 65_000;

/** @param run where the whole of it is to be read */
export function renderPreviews(previews: Previews, run: string | undefined): Rendered {
  const read = [...previews].map(([name, text]) => [name, parse(name, text)] as const);
  const pending = read.some(([, preview]) => preview?.stacks.some(({ outcome }) => outcome !== 'unchanged') ?? true);
  const verdict = pending ? '' : 'Nothing would change.\n\n';
  const table = [
    '| environment | would change | |',
    '|---|---|---|',
    ...read.map(([name, preview]) => row(name, preview)),
  ];
  const footer = run ? `\n[The run](${run}) has all of it.\n` : '';
  const head = `### What a deploy would change\n\n${verdict}${table.join('\n')}\n`;
  const room = Math.floor((longest - head.length - footer.length) / Math.max(1, read.length));
  const details = read.map(([name, preview]) => (preview ? section(name, preview, room) : '')).join('');
  return { markdown: head + details + footer, pending };
}

function parse(name: EnvironmentName, text: string | undefined): Preview | undefined {
  if (text === undefined) return undefined;
  try {
    const preview = previewSchema.parse(JSON.parse(text));
    return preview.environment === name ? preview : undefined;
  } catch {
    // A preview that was interrupted leaves half a file; it is shown like one that failed.
    return undefined;
  }
}

function row(name: EnvironmentName, preview: Preview | undefined): string {
  if (!preview) return `| **${name}** | could not be told | the preview failed |`;
  const waiting = preview.stacks.filter(({ outcome }) => outcome === 'create' || outcome === 'update');
  const blocked = preview.stacks.filter(({ outcome }) => outcome === 'blocked').length;
  const what = counts(waiting.flatMap(({ changes }) => changes));
  const which = waiting.map(({ stack }) => stack).join(', ');
  const stuck = blocked > 0 ? `${blocked} of ${preview.stacks.length} stacks cannot be deployed` : '';
  return `| **${name}** | ${what || (waiting.length > 0 ? 'only outputs or tags' : 'nothing')} | ${[which, stuck].filter(Boolean).join('; ')} |`;
}

function section(name: EnvironmentName, { stacks }: Preview, room: number): string {
  const lines = stacks.flatMap(({ stack, outcome, changes, notes }) => {
    if (outcome === 'unchanged' && notes.length === 0) return [];
    const resources = changes.length > 0 ? resourceLines(changes).split('\n') : [];
    return [
      `${stack}: ${outcome}`,
      ...resources,
      ...notes.flatMap((note) => note.split('\n').map((line) => `    ${line}`)),
    ];
  });
  if (lines.length === 0) return '';
  return `\n<details><summary>${name}</summary>\n\n${fenced(lines, room - 200)}\n</details>\n`;
}

/** As much as there is room for, behind a fence that nothing in it can close. */
function fenced(lines: readonly string[], room: number): string {
  const kept: string[] = [];
  let length = 0;
  for (const line of lines.map((one) => redact(stripVTControlCharacters(one)))) {
    length += line.length + 1;
    if (length > room) {
      kept.push(`… ${lines.length - kept.length} more lines`);
      break;
    }
    kept.push(line);
  }
  const ticks = kept.join('\n').match(/`{3,}/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...ticks.map(({ length }) => length + 1)));
  return `${fence}\n${kept.join('\n')}\n${fence}`;
}

/** A pull request may be public; the numbers of accounts need not be. */
function redact(line: string): string {
  return line.replace(/\b\d{12}\b/g, '************');
}
