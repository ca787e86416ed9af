/**
 * Gets one file over HTTP, politely and whole: what is already here is only asked for anew (ETag, Last-Modified), what
 * was cut off is continued (Range), what was refused is tried again later. The Census's servers answer in bursts with
 * 403, 429 and 5xx, and at times with status 200 and a page of HTML: a file counts only once it is a whole zip.
 */
import { createWriteStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { openZip } from '../formats/zip.ts';
import { DownloadError, type GetOptions, SourceError } from './source.ts';

export interface HttpOptions extends GetOptions {
  /** How often a file is asked for at most. */
  readonly attempts?: number;
  /** How long to wait after the first failure; then twice as long each time, give or take half. */
  readonly firstPauseMs?: number;
  /** How long nothing may arrive before the connection counts as lost. */
  readonly stallMs?: number;
}

const userAgent = 'coalition-builder-importer/0.1 (Census boundaries; one file at a time)';
const longestPauseMs = 60_000;

/** What a server said of a file, kept beside it. */
interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** May be over when it is tried again. */
class Passing extends Error {
  readonly retryAfterMs: number | undefined;
  constructor(message: string, retryAfterMs?: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}

class Unreachable extends Passing {}

/**
 * Brings the file at `url` to `path`, or makes sure that it is there already.
 * @returns false where the server has no such file
 * @throws DownloadError
 */
export async function download(url: string, path: string, options: HttpOptions = {}): Promise<boolean> {
  const { attempts = 6, firstPauseMs = 1_000, signal } = options;
  refuseUnverifiedTls();
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce(url, path, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw explained(url, error);
      if (attempt >= attempts) {
        // A server that cannot be reached for one file, minutes long, cannot be reached for the next one either.
        const Kind = error instanceof Unreachable ? SourceError : DownloadError;
        throw new Kind(
          `${url} cannot be downloaded: ${error.message} (tried ${attempts} times).`,
          'Try again later; or download the zips by other means and import them with --source dir:path/to/folder.',
          { cause: error },
        );
      }
      const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + Math.random());
      options.onProgress?.(`waiting: ${error.message}`, 0);
      await sleep(
        Math.max(pause, Math.min(error.retryAfterMs ?? 0, longestPauseMs)),
        undefined,
        signal ? { signal } : {},
      );
    }
  }
}

async function attemptOnce(url: string, path: string, options: HttpOptions): Promise<boolean> {
  const part = `${path}.part`;
  // A file that was damaged here since would still be the same to the server.
  const whole = (await isWholeZip(path)) ? await readValidators(path) : undefined;
  const begun = await readValidators(part);
  const from = whole ? 0 : begun ? await sizeOf(part) : 0;
  const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'identity' };
  if (whole?.etag) headers['if-none-match'] = whole.etag;
  else if (whole?.lastModified) headers['if-modified-since'] = whole.lastModified;
  if (from > 0) {
    headers.range = `bytes=${from}-`;
    // Without this, a file that changed meanwhile would be continued with the end of another one. A weak ETag may not be used.
    headers['if-range'] = (begun?.etag?.startsWith('W/') ? undefined : begun?.etag) ?? begun?.lastModified ?? '""';
  }

  const stalled = new AbortController();
  const stall = setTimeout(() => stalled.abort(new Passing('nothing arrived any more')), options.stallMs ?? 60_000);
  const signal = options.signal ? AbortSignal.any([options.signal, stalled.signal]) : stalled.signal;
  try {
    const response = await fetch(url, { headers, signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : networkProblem(error);
    });
    if (response.status === 304 && whole) {
      await response.body?.cancel();
      return true;
    }
    if (response.status === 404 || response.status === 410) {
      await response.body?.cancel();
      return false;
    }
    const expected = await accept(response, from, part);
    await writeFile(`${part}.json`, JSON.stringify(validatorsOf(response)));
    await receive(response, part, expected, options, () => stall.refresh(), signal);
    await finish(part, path);
    return true;
  } finally {
    clearTimeout(stall);
  }
}

interface Expected {
  /** Where in the file the answer begins. */
  readonly from: number;
  /** Bytes of the whole file; undefined where the server does not say. */
  readonly total: number | undefined;
}

/** What the answer is a part of; throws where it is no part of the file. */
async function accept(response: Response, from: number, part: string): Promise<Expected> {
  const give = async (message: string) => {
    await response.body?.cancel();
    const after = Number(response.headers.get('retry-after'));
    return new Passing(message, Number.isFinite(after) ? after * 1000 : undefined);
  };
  const { status } = response;
  if (status === 416) {
    await forget(part);
    throw await give('what was begun does not fit the file any more');
  }
  if ([403, 408, 425, 429].includes(status) || status >= 500) throw await give(`the server answered ${status}`);
  if (status !== 200 && status !== 206) {
    await response.body?.cancel();
    throw new DownloadError(
      `${response.url} answered ${status}.`,
      'Check whether the address opens in a browser; the Census may have moved its files.',
    );
  }
  if (/^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    throw await give('the server answered with a web page instead of the file');
  }
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
    if (Number(start) !== from) {
      await forget(part);
      throw await give('the server continued at another place than asked for');
    }
    return { from, total: Number(total) };
  }
  const length = response.headers.get('content-length');
  return { from: 0, total: length === null ? undefined : Number(length) };
}

async function receive(
  response: Response,
  part: string,
  { from, total }: Expected,
  { onProgress }: HttpOptions,
  alive: () => void,
  signal: AbortSignal,
): Promise<void> {
  let there = from;
  async function* watched() {
    if (!response.body) return;
    for await (const chunk of Readable.fromWeb(response.body as never)) {
      alive();
      there += (chunk as Buffer).length;
      if (total) onProgress?.('downloading', there / total);
      yield chunk;
    }
  }
  try {
    await pipeline(watched, createWriteStream(part, { flags: from > 0 ? 'a' : 'w' }), { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : networkProblem(error);
  }
  if (total !== undefined && there < total) throw new Passing(`it ended after ${there} of ${total} bytes`);
}

/** Only a zip with a whole directory is taken for the file. */
async function finish(part: string, path: string): Promise<void> {
  try {
    await openZip(part);
  } catch (error) {
    const start = await firstBytes(part);
    await forget(part);
    const fault = start === 'PK' ? (error as Error).message : 'the server answered with something that is no zip';
    throw new Passing(fault, undefined, { cause: error });
  }
  await rename(`${part}.json`, `${path}.json`);
  await rename(part, path);
}

async function isWholeZip(path: string): Promise<boolean> {
  return openZip(path).then(
    () => true,
    () => false,
  );
}

function validatorsOf({ headers }: Response): Validators {
  const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')];
  return { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
}

/** @returns undefined unless both the file and what was said of it are there */
async function readValidators(path: string): Promise<Validators | undefined> {
  try {
    await stat(path);
    return JSON.parse(await readFile(`${path}.json`, 'utf8')) as Validators;
  } catch {
    return undefined;
  }
}

async function forget(path: string): Promise<void> {
  await Promise.all([rm(path, { force: true }), rm(`${path}.json`, { force: true })]);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path);
  try {
    return (await file.read(Buffer.alloc(2), 0, 2, 0)).buffer.toString('latin1');
  } finally {
    await file.close();
  }
}

/** What a failed connection means: try again, unless the certificate is wrong or this disk is full. */
function networkProblem(error: unknown): unknown {
  if (error instanceof Passing || error instanceof DownloadError) return error;
  const cause = (error as { cause?: unknown }).cause ?? error;
  const code = String((cause as { code?: unknown }).code ?? '');
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code) || code === 'ENOSPC' || code === 'EACCES') return cause;
  if (error instanceof TypeError || /^(E[A-Z]+|UND_ERR_.*)$/.test(code)) {
    return new Unreachable(`the connection failed (${code || (error as Error).message})`, undefined, { cause: error });
  }
  return error;
}

function explained(url: string, error: unknown): unknown {
  const code = String((error as { code?: unknown }).code ?? '');
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code)) {
    return new SourceError(
      `The certificate of ${new URL(url).host} cannot be trusted (${code}).`,
      'Nothing is downloaded past that. Where a proxy inspects traffic, name its certificate: NODE_EXTRA_CA_CERTS=proxy.pem.',
      { cause: error },
    );
  }
  if (code === 'ENOSPC') {
    return new SourceError(
      `The disk is full: ${basename(url)} does not fit.`,
      'Free some space; what was downloaded of it is continued.',
      { cause: error },
    );
  }
  return error;
}

/** Node would then trust any server, for the whole process. */
function refuseUnverifiedTls(): void {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  throw new SourceError(
    'NODE_TLS_REJECT_UNAUTHORIZED=0 is set: nothing would tell the Census from an impostor.',
    'Unset it. Where a proxy inspects traffic, name its certificate: NODE_EXTRA_CA_CERTS=proxy.pem.',
  );
}
