/** Uploaded files in a folder of this machine, in place of S3: the same steps, with this server taking the PUT. */
import { createHmac, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type Koa from 'koa';
import { fileTypes } from '../media/file-types.ts';
import { type MediaStore, type Upload, uploadSeconds } from '../media/store.ts';

const path = '/media/';
const keyPattern = /^(images|videos)\/[0-9a-f-]{36}\.[a-z0-9]{3,4}$/;

export interface LocalMedia {
  readonly store: MediaStore;
  /** Takes uploads and serves files, below `/media/`. */
  readonly serve: Koa.Middleware;
}

/** @param origin of this server, such as `http://localhost:8000` */
export function localMedia(folder: string, origin: string): LocalMedia {
  const secret = randomBytes(32);
  const sign = ({ key, contentType, bytes }: Upload, expires: number) =>
    createHmac('sha256', secret).update([key, contentType, bytes, expires].join('\n')).digest('base64url');
  const file = (key: string) => join(folder, key);

  const store: MediaStore = {
    baseUrl: `${origin}${path}`,
    async allowUpload(upload) {
      const expiresAt = new Date(Date.now() + uploadSeconds * 1000);
      const signature = sign(upload, expiresAt.getTime());
      const url = `${origin}${path}${upload.key}?expires=${expiresAt.getTime()}&signature=${signature}`;
      return { url, headers: { 'Content-Type': upload.contentType }, expiresAt };
    },
    async inspect(key) {
      try {
        const handle = await open(file(key));
        try {
          const { size } = await handle.stat();
          const head = new Uint8Array(64);
          const { bytesRead } = await handle.read(head, 0, head.length, 0);
          return { contentType: typeOf(key), bytes: size, head: head.subarray(0, bytesRead) };
        } finally {
          await handle.close();
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: (key) => rm(file(key), { force: true }),
  };

  return {
    store,
    async serve(ctx, next) {
      if (!ctx.path.startsWith(path)) return next();
      const key = ctx.path.slice(path.length);
      if (!keyPattern.test(key)) return next();
      if (ctx.method === 'PUT') {
        const contentType = ctx.get('Content-Type');
        const bytes = Number(ctx.get('Content-Length'));
        const expires = Number(ctx.query.expires);
        const isAllowed = ctx.query.signature === sign({ key, contentType, bytes }, expires) && expires > Date.now();
        ctx.status = isAllowed ? await keep(ctx, file(key)) : 403;
        ctx.body = '';
      } else if (ctx.method === 'GET' || ctx.method === 'HEAD') {
        const found = await stat(file(key)).catch(() => undefined);
        if (!found) return next();
        ctx.type = typeOf(key);
        ctx.length = found.size;
        ctx.set({ 'Cache-Control': 'public, max-age=31536000, immutable', 'X-Content-Type-Options': 'nosniff' });
        ctx.body = createReadStream(file(key));
      } else return next();
    },
  };
}

/** Node itself holds the body against its Content-Length, which is signed. */
async function keep(ctx: Koa.Context, file: string): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(chunk);
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, Buffer.concat(chunks), { flag: 'wx' });
    return 200;
  } catch (error) {
    // As S3 answers `If-None-Match: *` for a key that is taken.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 412;
    throw error;
  }
}

function typeOf(key: string): string {
  const extension = extname(key).slice(1);
  return Object.entries(fileTypes).find(([, type]) => type.extension === extension)?.[0] ?? 'application/octet-stream';
}
