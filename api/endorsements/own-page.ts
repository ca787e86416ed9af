/** The page behind the link in each mail. Plain forms and no script: it has to work in whatever opens a mail. */

import { createHash } from 'node:crypto';
import { escaped } from '../http/escaped.ts';
import type { Own } from './own.ts';

const styles = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 0.2rem solid; white-space: pre-line; overflow-wrap: anywhere; }
form { margin: 0.75rem 0; }
button { font: inherit; padding: 0.6rem 1rem; min-height: 2.75rem; }
summary { padding: 0.6rem 0; min-height: 1.5rem; cursor: pointer; }
[role='status'] { padding: 0.75rem 1rem; border: 0.15rem solid; }
`;

/** Also that the address, which lets whoever has it in, is told to nobody and found by nobody. */
export const ownPageHeaders = {
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex',
};

const states: Readonly<Record<Own['status'], string>> = {
  pending: 'It waits for you to follow the link in our mail; until then nobody sees it.',
  verified: 'You have confirmed it. A person will review it before it is shown.',
  approved: 'It is approved.',
  rejected: 'The campaign has decided not to show it.',
  withdrawn: 'It is withdrawn. To endorse again, send the form again.',
  erased: 'Nothing is kept that names you.',
};

/** @param path of this page, with a slash at its end */
export function ownPage(own: Own, path: string, message?: string): string {
  const { status, campaign, name, statement, others } = own;
  const isThere = status !== 'erased';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Your endorsement of ${escaped(campaign)}</title>
<style>${styles}</style>
</head>
<body>
<main>
<h1>Your endorsement of ${escaped(campaign)}</h1>
${message ? `<p role="status">${escaped(message)}</p>` : ''}
<p>${states[status]}</p>
${isThere ? `<p>Signed by ${escaped(name)}.</p>${statement ? `<blockquote>${escaped(statement)}</blockquote>` : ''}` : ''}
${isThere ? actions(own, path) : ''}
${
  isThere
    ? `<details><summary>Erase everything</summary>
<p>Your name, addresses and statements are deleted for good${others.length > 0 ? `, also those for ${escaped(others.join(', '))}` : ''}.
That you accepted the terms is kept without them.</p>
${button(path, 'erase', 'Erase everything about me')}</details>`
    : ''
}
</main>
</body>
</html>
`;
}

/** For a person whose link leads to nothing: what is wrong with it, and the way on. */
export function deadLinkPage(detail: string, siteUrl: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>This link does not work</title>
<style>${styles}</style>
</head>
<body>
<main>
<h1>This link does not work</h1>
<p role="status">${escaped(detail)}</p>
<p>Open the newest mail that you have from us, and follow its link from there; a mail program may have cut this one in two.
Once everything was erased, no link leads to it any more.</p>
<p><a href="${escaped(siteUrl)}/">To the campaign’s site</a>, where you can endorse again, or ask us.</p>
</main>
</body>
</html>
`;
}

function actions({ status, public_display, email_updates }: Own, path: string): string {
  if (status === 'withdrawn') return '';
  return [
    public_display
      ? button(path, 'hide', 'Hide my name from the public')
      : button(path, 'show', 'Let my name be shown'),
    ...(email_updates ? [button(path, 'no-news', 'Send me no more news')] : []),
    button(path, 'withdraw', 'Withdraw my endorsement'),
  ].join('\n');
}

function button(path: string, action: string, label: string): string {
  return `<form method="post" action="${escaped(`${path}${action}/`)}"><button>${label}</button></form>`;
}
