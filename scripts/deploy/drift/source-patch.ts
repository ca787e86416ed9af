/** A value written into a file of environments/, as a patch that `git apply` takes. Pure. */

/** How lines around a change are shown. */
const context = 3;

/**
 * The files are one object literal each, without code in it; this reads that, and no more of the language.
 * @returns the text with that value under that key; undefined where it is not written so
 */
export function withValue(text: string, key: readonly string[], value: string | number | boolean): string | undefined {
  const head = /^export const \w+(?:: \w+)? = \{/m.exec(text);
  if (!head) return undefined;
  let open = head.index + head[0].length - 1;
  for (const [depth, name] of key.entries()) {
    const object = read(text, open);
    if (!object) return undefined;
    const member = object.members.get(name);
    if (!member) return inserted(text, open, object, key.slice(depth), value);
    if (depth === key.length - 1) return text.slice(0, member.start) + literal(value) + text.slice(member.end);
    if (text[member.start] !== '{') return undefined;
    open = member.start;
  }
  return undefined;
}

interface ObjectLiteral {
  /** Where each value begins and ends. */
  readonly members: ReadonlyMap<string, { readonly start: number; readonly end: number }>;
  /** Of its closing brace. */
  readonly close: number;
}

/** What is skipped as one: strings and comments. */
const opaque = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;

function read(text: string, open: number): ObjectLiteral | undefined {
  const members = new Map<string, { start: number; end: number }>();
  const name = /(?:(\w+)|'([^'\n]*)')\s*:\s*/y;
  let current: { readonly key: string; readonly start: number } | undefined;
  let depth = 0;
  for (let at = open + 1; at < text.length; at++) {
    if (!current && depth === 0) {
      name.lastIndex = at;
      const found = name.exec(text);
      if (found) {
        current = { key: found[1] ?? found[2] ?? '', start: name.lastIndex };
        at = name.lastIndex;
      }
    }
    opaque.lastIndex = at;
    if (opaque.test(text)) {
      at = opaque.lastIndex - 1;
      continue;
    }
    const character = text[at] ?? '';
    if (depth === 0 && (character === ',' || character === '}')) {
      if (current) members.set(current.key, { start: current.start, end: text.slice(0, at).trimEnd().length });
      current = undefined;
      if (character === '}') return { members, close: at };
    } else if ('{[('.includes(character)) depth++;
    else if ('}])'.includes(character)) depth--;
  }
  return undefined;
}

/** What was left to its default is said from now on, at the end of the object that it belongs to. */
function inserted(
  text: string,
  open: number,
  { members, close }: ObjectLiteral,
  key: readonly string[],
  value: string | number | boolean,
): string {
  const said = key.reduceRight(
    (inner, name, index) => `${name}: ${index < key.length - 1 ? `{ ${inner} }` : inner}`,
    literal(value),
  );
  const lineStart = text.lastIndexOf('\n', close) + 1;
  const isOneLine = lineStart <= open;
  if (isOneLine) {
    const end = text.slice(0, close).trimEnd().length;
    return `${text.slice(0, end)}${members.size > 0 ? ',' : ''} ${said} ${text.slice(close)}`;
  }
  const indent = text.slice(lineStart, close);
  return `${text.slice(0, lineStart)}${indent}  ${said},\n${text.slice(lineStart)}`;
}

const literal = (value: string | number | boolean): string =>
  typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : String(value);

/** @returns nothing where both are the same */
export function patchOf(file: string, before: string, after: string): string {
  if (before === after) return '';
  const [old, young] = [before.split('\n'), after.split('\n')];
  let same = 0;
  while (old[same] === young[same]) same++;
  let tail = 0;
  while (tail < Math.min(old.length, young.length) - same && old.at(-1 - tail) === young.at(-1 - tail)) tail++;
  const from = Math.max(0, same - context);
  // A text that ends with its line's end has nothing after it.
  const until = (lines: readonly string[]) => Math.min(lines.length - tail + context, lines.length - 1);
  const count = (lines: readonly string[]) => `${from + 1},${until(lines) - from}`;
  const lines = [
    ...old.slice(from, same).map((line) => ` ${line}`),
    ...old.slice(same, old.length - tail).map((line) => `-${line}`),
    ...young.slice(same, young.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, until(old)).map((line) => ` ${line}`),
  ];
  return [`--- a/${file}`, `+++ b/${file}`, `@@ -${count(old)} +${count(young)} @@`, ...lines, ''].join('\n');
}
