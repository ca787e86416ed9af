/** A document of sections within the room that GitHub has for it: what is too long is cut, and what was cut is said. Pure. */

export interface Section {
  /** In plain words, for when there is no room. */
  readonly title: string;
  /** What stands before the block of lines, and behind it. */
  readonly before: string;
  readonly behind: string;
  /** Lines that are of no use without each other, such as a change with its values; none has a line break in it. */
  readonly blocks: readonly (readonly string[])[];
  readonly dangers: readonly string[];
  readonly rank: number;
}

export interface FitOptions {
  /** Where the whole of it is to be read. */
  readonly run?: string | undefined;
  /** Characters. */
  readonly budget: number;
}

/** A section of which fewer characters than these can be shown is only named. */
const leastOfUse = 600;
/** What has to be said about what is cut and left out needs room too. */
const forNotices = 900;

/**
 * @param sections the most important first: where there is no room for a useful part of each, the last are left out, and
 * the others share what there is, so that a long one takes nothing from a short one
 */
export function fitted(
  heads: readonly string[],
  sections: readonly Section[],
  footer: string,
  { run, budget }: FitOptions,
): string {
  const head = heads.filter(Boolean).join('\n\n');
  const room = budget - head.length - footer.length - forNotices;
  const sizes = sections.map((section) => textOf(section, Number.POSITIVE_INFINITY).text.length + 2);
  const kept = keptOf(sizes, room);
  const most = levelOf(sizes.slice(0, kept), room);
  const cut: string[] = [];
  const shown = sections.slice(0, kept).map((section) => {
    const { text, left } = textOf(section, most - 2);
    if (left > 0) cut.push(`${section.title} (${section.blocks.length - left} of ${section.blocks.length} shown)`);
    return text;
  });
  const all = run ? 'The run has all of it.' : 'The plan as JSON has all of it.';
  const notices = [
    cut.length > 0 ? `**Cut short, for there is no room: ${brief(cut)}.** ${all}` : '',
    kept < sections.length
      ? `**Left out, for there is no room: ${brief(sections.slice(kept).map(({ title }) => title))}.** ${all}`
      : '',
  ];
  return `${[head, ...shown, ...notices, footer].filter(Boolean).join('\n\n')}\n`;
}

/** How many of them can be shown usefully, from the first on. */
function keptOf(sizes: readonly number[], room: number): number {
  for (let kept = sizes.length; kept > 0; kept--) {
    const own = sizes.slice(0, kept);
    if (levelOf(own, room) >= Math.min(leastOfUse, Math.max(...own))) return kept;
  }
  return 0;
}

/** What the longest of them may have, so that all of them together have as much as there is. */
function levelOf(sizes: readonly number[], room: number): number {
  let left = room;
  const ascending = [...sizes].sort((a, b) => a - b);
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}

/** @returns the section in at most so many characters, and how many of its blocks are not in it */
function textOf({ before, behind, blocks }: Section, most: number): { text: string; left: number } {
  const whole = `${before}${fenced(blocks.flat())}${behind}`;
  if (whole.length <= most) return { text: whole, left: 0 };
  // A fence is at most as long as the longest run of backticks in it, once before and once behind.
  const fence = 2 * fenceFor(blocks.flat().join('\n')).length + 'diff\n\n'.length;
  let room = most - before.length - behind.length - fence - 60;
  const lines: string[] = [];
  let shown = 0;
  for (const block of blocks) {
    const length = block.reduce((sum, line) => sum + line.length + 1, 0);
    if (length > room) break;
    room -= length;
    lines.push(...block);
    shown++;
  }
  const left = blocks.length - shown;
  // Of one that is too long by itself, the beginning.
  const first = shown === 0 ? (blocks[0] ?? []).join('\n').slice(0, Math.max(0, room - 1)) : '';
  if (first !== '') lines.push(`${first.trimEnd()}…`);
  lines.push(`# … for ${left === 1 ? 'the rest' : `${left} more`} there is no room`);
  return { text: `${before}${fenced(lines)}${behind}`, left };
}

/** Behind a fence that nothing in it can close. */
function fenced(lines: readonly string[]): string {
  const text = lines.join('\n');
  const fence = fenceFor(text);
  return `${fence}diff\n${text}\n${fence}`;
}

function fenceFor(text: string): string {
  const ticks = text.match(/`{3,}/g) ?? [];
  return '`'.repeat(ticks.reduce((longest, { length }) => Math.max(longest, length + 1), 3));
}

function brief(titles: readonly string[]): string {
  const shown = titles.slice(0, 3).join('; ').slice(0, 240);
  return titles.length > 3 ? `${shown}; and ${titles.length - 3} more` : shown;
}
