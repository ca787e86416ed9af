/** The few shapes that a picture is made of. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const ink = { text: '#1f2937', quiet: '#6b7280', line: '#94a3b8', paper: '#fbfcfe' };

const family = "-apple-system, 'Segoe UI', Inter, Roboto, 'Helvetica Neue', Arial, sans-serif";

export function drawing(width: number, height: number, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="${escaped(family)}">`,
    `<title>${escaped(title)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">',
    `<path d="M0 0.6 L7.4 4 L0 7.4 Z" fill="${ink.line}"/></marker></defs>`,
    `<rect width="${width}" height="${height}" rx="18" fill="${ink.paper}"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** A card: a coloured bar, a title, and lines under it. */
export function card({ x, y, width, height }: Box, colour: string, [title = '', ...lines]: readonly string[]): string {
  const leading = 17;
  const first = y + height / 2 - (lines.length * leading) / 2 + 4;
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="#ffffff" stroke="#dbe2ea"/>`,
    `<rect x="${x + 9}" y="${y + 13}" width="4" height="${height - 26}" rx="2" fill="${colour}"/>`,
    label(x + 24, first, title, { size: 14.5, weight: 650 }),
    ...lines.map((line, index) => label(x + 24, first + leading * (index + 1), line, { size: 12, colour: ink.quiet })),
  ].join('\n');
}

/** A frame around what belongs together, with its name in the corner. */
export function frame({ x, y, width, height }: Box, colour: string, name: string, note = ''): string {
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="14" fill="${colour}" fill-opacity="0.05" stroke="${colour}" stroke-opacity="0.45" stroke-dasharray="5 4"/>`,
    label(x + 16, y + 22, name, { size: 12.5, weight: 650, colour }),
    note && label(x + width - 16, y + 22, note, { size: 12, colour: ink.quiet, anchor: 'end' }),
  ].join('\n');
}

export function arrow(path: string, { both = false } = {}): string {
  return `<path d="${path}" fill="none" stroke="${ink.line}" stroke-width="1.6" marker-end="url(#arrow)"${both ? ' marker-start="url(#arrow)"' : ''}/>`;
}

interface Style {
  readonly size?: number;
  readonly weight?: number;
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export function label(x: number, y: number, text: string, style: Style = {}): string {
  const { size = 12, weight = 400, colour = ink.text, anchor = 'start' } = style;
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
