/**
 * What a theme's own CSS may hold. It is served to every visitor, so it may style the page and do nothing else.
 *
 * It is cut into what a browser takes for a comment, a string or an address, and the rest: each of them hides the
 * beginning of the others. https://www.w3.org/TR/css-syntax-3/#tokenization
 */
const pieces =
  /\/\*[\s\S]*?\*\/|(?<!\\[\s\S]|[\w-]|[^\0-\x7f])url\(\s*(?=[^"'\s])([^)]*)\)?|(["'])((?:(?!\2)[^\\\n]|\\[\s\S])*)(\2?)/gi;

/** Loads from elsewhere, or ran scripts in some browser. */
const forbidden =
  /@import|@charset|@namespace|expression\s*\(|-moz-binding|behavior\s*:|(java|vb)script\s*:|<\/?[a-z!]/i;

export function isHarmlessCss(css: string): boolean {
  // An open comment swallows what follows; and looking for the end of each would take the square of their number.
  if (css.lastIndexOf('/*') > css.lastIndexOf('*/')) return false;
  const strings: string[] = [];
  const unquoted: string[] = [];
  const rest = css
    .replace(/\r\n?|\f/g, '\n')
    .replace(pieces, (_, address?: string, quote?: string, string = '', end?: string) => {
      if (address !== undefined) unquoted.push(address);
      if (quote === undefined) return '';
      // Its number stands for a string; a quote of one that does not end stays.
      return end === '' ? quote : `\0${strings.push(unescaped(string)) - 1}\0`;
    });
  const quoted = [...rest.matchAll(/(?:url|src)\s*\(\s*(?:\0(\d+)\0)?/gi)].map(([, at = '-1']) => strings[Number(at)]);
  return (
    // Half a string or comment; and a letter behind a backslash, which makes another word of a word.
    !/["']|\/\*|\\[0-9a-z\n]/i.test(rest) &&
    ![css, rest, ...strings].some((text) => forbidden.test(text)) &&
    unquoted.every((address) => isOfThisSite(address) && !/["'(\\]|\/\*/.test(address)) &&
    quoted.every((address) => address !== undefined && isOfThisSite(address)) &&
    // Any string can be an address, also by way of a custom property.
    !strings.some(leadsElsewhere) &&
    isBalanced(rest)
  );
}

function isOfThisSite(address: string): boolean {
  return /^\s*[/#]/.test(address) && !leadsElsewhere(address);
}

/** As browsers read an address: white space within it is nothing, and a backslash is a slash. */
function leadsElsewhere(address: string): boolean {
  const read = address.replace(/[\t\n\r]/g, '').replace(/^[\0- ]+/, '');
  return /^(?:(?:https?|ftp|wss?):|[\\/]{2})/i.test(read);
}

function unescaped(text: string): string {
  return text.replace(/\\(?:([0-9a-f]{1,6})\s?|([\s\S]))/gi, (_, hex?: string, other = '') => {
    const point = Number.parseInt(hex ?? '', 16);
    if (hex === undefined) return other === '\n' ? '' : other;
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  });
}

/** A brace too many would end what the CSS is put into; a brace too few would swallow what follows. */
function isBalanced(css: string): boolean {
  let depth = 0;
  for (const [brace] of css.matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
