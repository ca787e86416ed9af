/** A letter is a subject and a few blocks; its plain text and its HTML are made of the same ones. */
import { escaped } from '../http/escaped.ts';
import { type Message, oneLine } from './message.ts';

export type Block =
  | { readonly says: string }
  /** What somebody wrote, line by line. */
  | { readonly quotes: string }
  | { readonly leads: string; readonly to: string };

export interface Letter {
  readonly subject: string;
  readonly blocks: readonly Block[];
}

/** @param organization signs it; the site is where it leads */
export function rendered(
  letter: Letter,
  { organization, siteUrl }: { readonly organization: string; readonly siteUrl: string },
): Pick<Message, 'subject' | 'text' | 'html'> {
  const subject = oneLine(letter.subject);
  const all: readonly Block[] = [...letter.blocks, { leads: organization, to: `${siteUrl}/` }];
  return {
    subject,
    text: `${all.map(asText).join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title></head>
<body style="margin: 0; padding: 24px; font: 16px/1.5 sans-serif; color: #1f2933; background: #ffffff">
<div style="max-width: 560px; margin: 0 auto">
${all.map(asHtml).join('\n')}
</div>
</body>
</html>
`,
  };
}

function asText(block: Block): string {
  if ('says' in block) return block.says;
  if ('quotes' in block) return withoutLinks(block.quotes).replace(/^/gm, '> ');
  return `${block.leads}:\n${block.to}`;
}

function asHtml(block: Block): string {
  if ('says' in block) return `<p>${escaped(block.says)}</p>`;
  if ('quotes' in block) {
    const lines = escaped(withoutLinks(block.quotes)).replace(/\r?\n/g, '<br>');
    return `<blockquote style="margin: 16px 0; padding-left: 12px; border-left: 3px solid #cbd2d9">${lines}</blockquote>`;
  }
  return `<p><a href="${escaped(block.to)}" style="color: #0f5f66">${escaped(block.leads)}</a></p>`;
}

/**
 * Whoever fills in somebody else's address must not be able to send them links in our name. Mail programs make one of
 * `example.org/pay`, too: so that no dot stands between a word and another one.
 */
export function withoutLinks(text: string): string {
  return text.replace(/:\/\//g, ': //').replace(/(?<=\S)[.\u3002\uFF0E\uFF61](?=\p{L}{2})/gu, '. ');
}
