/** The frame of the pages that only a laptop has: its mail, and a site in place of the frontend. */

import type Koa from 'koa';
import { htmlFrame, styleSource } from '../http/html-frame.ts';

const styles = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
label { display: block; margin: 0.75rem 0; }
label.row { display: flex; gap: 0.5rem; align-items: start; }
input:not([type='checkbox']), select, textarea { display: block; box-sizing: border-box; width: 100%; font: inherit; padding: 0.5rem; }
textarea { min-height: 6rem; }
button { font: inherit; padding: 0.6rem 1rem; min-height: 2.75rem; }
li { margin: 0.75rem 0; }
blockquote { margin: 0.5rem 0; padding-left: 1rem; border-left: 0.2rem solid; white-space: pre-line; }
.bait { position: absolute; left: -9999px; }
[role='status']:not(:empty) { padding: 0.75rem 1rem; border: 0.15rem solid; }
`;

const contentSecurityPolicy = [
  "default-src 'none'",
  styleSource(styles),
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** @param main HTML, with everything in it escaped already @param script path of a module */
export function page(ctx: Koa.Context, title: string, main: string, script?: string): void {
  ctx.type = 'html';
  ctx.set('Content-Security-Policy', contentSecurityPolicy);
  const icon = '\n<link rel="icon" href="/pages/look/icon.svg" type="image/svg+xml">';
  const module = script ? `\n<script type="module" src="${script}"></script>` : '';
  ctx.body = htmlFrame(title, styles, main, icon + module);
}
