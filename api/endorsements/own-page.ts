/** The page behind the link in each mail. */
import { escaped } from '../http/escaped.ts';
import { plainPage, plainPagePolicy } from '../http/plain-page.ts';
import type { Own } from './own.ts';

/** Also that the address, which lets whoever has it in, is told to nobody and found by nobody. */
export const ownPageHeaders = {
  'Content-Security-Policy': plainPagePolicy,
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
  return plainPage(
    `Your endorsement of ${campaign}`,
    `${message ? `<p role="status">${escaped(message)}</p>` : ''}
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
}`,
  );
}

/** For a person whose link leads to nothing: what is wrong with it, and the way on. */
export function deadLinkPage(detail: string, siteUrl: string): string {
  return plainPage(
    'This link does not work',
    `<p role="status">${escaped(detail)}</p>
<p>Open the newest mail that you have from us, and follow its link from there; a mail program may have cut this one in two.
Once everything was erased, no link leads to it any more.</p>
<p><a href="${escaped(siteUrl)}/">To the campaign’s site</a>, where you can endorse again, or ask us.</p>`,
  );
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
