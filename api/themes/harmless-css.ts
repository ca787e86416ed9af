/** What a theme's own CSS may hold. It is served to every visitor, so it may style the page and do nothing else. */

/** Loads from elsewhere, or ran scripts in some browser. */
const forbidden =
  /@import|@charset|@namespace|expression\s*\(|-moz-binding|behavior\s*:|(java|vb)script\s*:|<\/?[a-z!]/i;

export function isHarmlessCss(css: string): boolean {
  // An open comment swallows what follows; and looking for the end of each would take the square of their number.
  if (css.lastIndexOf('/*') > css.lastIndexOf('*/')) return false;
  // A browser reads `@\69mport` as @import, and comments as nothing.
  const read = unescaped(css.replace(/\/\*[\s\S]*?\*\//g, ''));
  if (forbidden.test(read) || forbidden.test(css) || read.includes('/*')) return false;
  const urls = [...read.matchAll(/(?:url|image-set|src)\s*\(\s*["']?\s*([^"')]*)/gi)].map(([, url = '']) => url.trim());
  return urls.every((url) => /^\/(?!\/)|^#/.test(url)) && isBalanced(read);
}

function unescaped(css: string): string {
  return css.replace(/\\(?:([0-9a-f]{1,6})\s?|([^\n0-9a-f]))/gi, (_, hex?: string, other?: string) => {
    const point = Number.parseInt(hex ?? '', 16);
    return hex === undefined ? (other ?? '') : point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  });
}

/** A brace too many would end what the CSS is put into; a brace too few would swallow what follows. */
function isBalanced(css: string): boolean {
  let depth = 0;
  for (const [brace] of css.replace(/"[^"\n]*"|'[^'\n]*'/g, '').matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
