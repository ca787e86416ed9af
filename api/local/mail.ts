/** Mail in a folder of this machine, in place of a mail server: nothing leaves, and `/dev/mail` shows what would have. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Koa from 'koa';
import { escaped } from '../http/escaped.ts';
import type { From, Message, Transport } from '../mail/message.ts';
import { page } from './page.ts';

export interface LocalMail {
  readonly transport: Transport;
  /** Shows the folder, at `/dev/mail`. */
  readonly serve: Koa.Middleware;
  /** Deletes all of it: its links are of a database that is no more. */
  clear(): Promise<void>;
}

interface Kept extends Message {
  readonly from: From;
  readonly at: string;
}

/** The newest ones are enough; a folder that grows for ever is nobody's wish. */
const keptMails = 500;

const namePattern = /^\d{4}-\d\d-\d\dT[\d-]{12}Z-[0-9a-f]{8}$/;

export function localMail(folder: string): LocalMail {
  const read = async (name: string): Promise<Kept> => JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));

  /** Names begin with the time, so their order is the mail's. */
  async function names(): Promise<readonly string[]> {
    const files = await readdir(folder).catch(() => []);
    const found = files.map((file) => file.replace(/\.json$/, '')).filter((name) => namePattern.test(name));
    return found.sort().reverse();
  }

  return {
    transport: {
      name: `the folder ${folder}`,
      async send(message, from) {
        const at = new Date().toISOString();
        const name = `${at.replace(/[:.]/g, '-')}-${randomBytes(4).toString('hex')}`;
        await mkdir(folder, { recursive: true });
        // Whole or not at all: somebody may be looking.
        const half = join(folder, `.${name}`);
        await writeFile(half, JSON.stringify({ ...message, from, at }, null, 2));
        await rename(half, join(folder, `${name}.json`));
        for (const old of (await names()).slice(keptMails)) await rm(join(folder, `${old}.json`), { force: true });
        return name;
      },
      close: async () => {},
    },

    async clear() {
      for (const name of await names()) await rm(join(folder, `${name}.json`), { force: true });
    },

    async serve(ctx, next) {
      const asked = /^\/dev\/mail(?:\/([^/]+?))?(\.html)?\/?$/.exec(ctx.path);
      if (!asked || !['GET', 'HEAD'].includes(ctx.method)) return next();
      const [, name, asHtml] = asked;
      ctx.set('Cache-Control', 'no-store');
      if (name === undefined) {
        const mails = await Promise.all((await names()).map(async (each) => ({ name: each, ...(await read(each)) })));
        page(ctx, 'Mail', list(mails));
        return;
      }
      if (!(await names()).includes(name)) return next();
      const mail = await read(name);
      if (asHtml) {
        ctx.type = 'html';
        // As a mail program shows it: its own style, no script, nothing from elsewhere.
        ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        ctx.body = mail.html;
      } else page(ctx, mail.subject, letter(name, mail));
    },
  };
}

/** A form that a script fills in is sent too fast for a person, and whoever tries it waits for a mail in vain. */
const elsewhere = `
<p>What looks like spam, such as a form that was sent within two seconds, gets no mail: it waits at <a href="/desk?pile=held">the desk</a>.</p>
<p><a href="/">Map</a> · <a href="/desk">Review desk</a></p>`;

function list(mails: readonly (Kept & { readonly name: string })[]): string {
  if (mails.length === 0) return `<p>No mail yet. Endorse a campaign, and one is here in a moment.</p>${elsewhere}`;
  const rows = mails.map(
    ({ name, to, subject, at }) =>
      `<li><a href="/dev/mail/${name}">${escaped(subject)}</a><br><small>to ${escaped(to)}, ${escaped(at)}</small></li>`,
  );
  return `<p>Mail that the platform would have sent. It is in a folder of this machine, and nothing leaves it.</p><ul>${rows.join('\n')}</ul>${elsewhere}`;
}

function letter(name: string, { to, from, at, text }: Kept): string {
  const linked = escaped(text).replace(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
  return [
    `<p>From ${escaped(from.name)} &lt;${escaped(from.address)}&gt;<br>To ${escaped(to)}<br>${escaped(at)}</p>`,
    `<pre>${linked}</pre>`,
    `<p><a href="/dev/mail/${name}.html">As HTML</a> · <a href="/dev/mail">All mail</a></p>`,
  ].join('\n');
}
