/** What a deploy has done, as Markdown for the summary of a run. Pure. */
import * as z from 'zod';

/** What is read of `npm run deploy -- --json`; it may say more. */
const record = z.object({
  environment: z.string(),
  region: z.string(),
  failed: z.string().optional(),
  stacks: z.array(
    z.object({
      stack: z.string(),
      outcome: z.enum(['created', 'updated', 'unchanged']),
      changes: z.array(z.object({ action: z.string(), logicalId: z.string() })),
      outputs: z.record(z.string(), z.string()),
      milliseconds: z.number(),
    }),
  ),
});

/** What any verb prints where it ends before it has begun. */
const failure = z.object({ failed: z.string() });

/** @param json what the deploy printed; where it printed nothing, or not all, that is said */
export function deploySummary(json: string, run: string | undefined): string {
  const read = record.safeParse(parse(json));
  if (!read.success) {
    const where = run ? `[the log](${run})` : 'the log';
    const ended = failure.safeParse(parse(json));
    if (ended.success) return `### The deploy did not begin\n\n${caution(ended.data.failed)}\n\nSee ${where}.\n`;
    return `### The deploy left no record\n\nIt was ended before it could say what it did; ${where} has what it said until then.\n`;
  }
  const { environment, region, failed, stacks } = read.data;
  const changed = stacks.filter(({ outcome }) => outcome !== 'unchanged');
  const headline = failed
    ? `The deploy to ${environment} failed`
    : changed.length === 0
      ? `${environment} is as it was`
      : `${environment} is deployed`;
  return [
    `### ${headline}`,
    failed ? caution(failed) : '',
    table(stacks),
    changed.length > 1 ? gantt(changed) : '',
    outputs(stacks),
    `<sub>${region}. On your machine: \`npm run preview -- ${environment}\` shows what is still to be done.</sub>`,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

function caution(failed: string): string {
  const lines = failed.split('\n').map((line) => `> ${plain(line)}`);
  return ['> [!CAUTION]', ...lines].join('\n');
}

type Stacks = z.infer<typeof record>['stacks'];

function table(stacks: Stacks): string {
  if (stacks.length === 0) return 'No stack was deployed.';
  const total = stacks.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = stacks.map(({ stack, outcome, changes, milliseconds }) => {
    return `| ${stack} | ${outcome} | ${changes.length || ''} | ${seconds(milliseconds)} |`;
  });
  return ['| stack | outcome | resources | time |', '|---|---|--:|--:|', ...rows, `| | | | ${seconds(total)} |`].join(
    '\n',
  );
}

/** How long each took; those that ran side by side are drawn one below the other. */
function gantt(stacks: Stacks): string {
  const bars = stacks.map(
    ({ stack, milliseconds }) => `    ${stack} : 0, ${Math.max(1, Math.round(milliseconds / 1000))}s`,
  );
  return ['```mermaid', 'gantt', '    dateFormat X', '    axisFormat %M:%S', ...bars, '```'].join('\n');
}

function outputs(stacks: Stacks): string {
  const lines = stacks.flatMap(({ stack, outputs: own }) =>
    Object.entries(own).map(([name, value]) => `| ${stack} | ${plain(name)} | ${plain(value)} |`),
  );
  if (lines.length === 0) return '';
  return [
    '<details><summary>Outputs</summary>\n',
    '| stack | output | value |',
    '|---|---|---|',
    ...lines,
    '\n</details>',
  ].join('\n');
}

/** A summary may be public; the numbers of accounts need not be. */
function plain(text: string): string {
  return text.replace(/\b\d{12}\b/g, '************').replace(/[\\`*_<>[\]|@#&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
