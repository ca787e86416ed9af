/** The frame of a page that is one text from the server, with its style in it. */
import { createHash } from 'node:crypto';
import { escaped } from './escaped.ts';

/** For a Content-Security-Policy: the page may use this style, known by its hash, and no other. */
export const styleSource = (styles: string): string =>
  `style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'`;

/** @param main and head: HTML, with everything in it escaped already */
export function htmlFrame(title: string, styles: string, main: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${styles}</style>${head}
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${main}
</main>
</body>
</html>
`;
}
