/** Whether browsers on our own pages may call the API, and those on anybody else's may not. */
import type { Environment } from '../../../environments/index.ts';
import type { Stack } from '../../aws/cloudformation.ts';
import { healthCheck } from '../../deploy/smoke-test.ts';
import { Finding, type Found } from './examination.ts';

/** Who asks: in its place a simulator answers for the addresses of an account that is simulated. */
interface Asking {
  fetch(url: URL, init: RequestInit): Promise<Response>;
  readonly signal: AbortSignal;
}

/** What a browser asks leave for before a form is sent with a cookie and a token. */
const asked = { method: 'POST', headers: 'content-type,x-csrftoken' };
/** Of nobody: the name is reserved (RFC 2606). */
const stranger = 'https://stranger.invalid';
/** An instance may be cold. */
const patienceMs = 25_000;

/** @returns the address before `/api/` */
export function urlOf({ api }: Environment, { Outputs = [] }: Stack): string {
  if (api.domain) return `https://${api.domain.name}`;
  return Outputs.find(({ OutputKey }) => OutputKey === 'Url')?.OutputValue ?? '';
}

export async function preflight(asking: Asking, url: string, origin: string): Promise<Found<true>> {
  const { status, allows, text, milliseconds } = await ask(asking, url, origin);
  const remedy = (what: string) =>
    `${what} Compare corsOrigins and siteUrl of the environment with what is deployed, and deploy the stack api again.`;
  if (status < 200 || status > 299)
    throw new Finding(
      `The preflight is answered with ${status}${excerpt(text)}`,
      remedy('A browser then sends nothing at all.'),
    );
  if (allows.origin !== origin)
    throw new Finding(
      `The preflight's answer allows ${allows.origin ?? 'no origin'}${excerpt(text)}`,
      remedy('What answers does not know this origin.'),
    );
  const missing = [
    ...(allows.credentials === 'true' ? [] : ['credentials']),
    ...(words(allows.methods).includes(asked.method.toLowerCase()) ? [] : [`the method ${asked.method}`]),
    ...asked.headers.split(',').filter((header) => !words(allows.headers).includes(header)),
  ];
  if (missing.length > 0)
    throw new Finding(
      `The preflight's answer does not allow ${missing.join(', ')}.`,
      'api/http/cors.ts says what it allows: is the API another version than this checkout?',
    );
  return { found: `allowed, with credentials, in ${milliseconds} ms`, value: true };
}

/** A server that hands back whatever origin it is sent lets every page on the web act as whoever visits it. */
export async function strangerIsRefused(asking: Asking, url: string): Promise<Found<true>> {
  const { allows } = await ask(asking, url, stranger);
  if (allows.origin === stranger || allows.origin === '*')
    throw new Finding(
      `Any page may call the API: ${stranger} is allowed${allows.credentials === 'true' ? ', with credentials' : ''}.`,
      'Take the origin out of corsOrigins; if it is not there, something in front of the API adds headers.',
    );
  return { found: `${stranger} is not allowed`, value: true };
}

interface Answer {
  readonly status: number;
  readonly allows: Readonly<Record<'origin' | 'credentials' | 'methods' | 'headers', string | null>>;
  readonly text: string;
  readonly milliseconds: number;
}

async function ask({ fetch, signal }: Asking, url: string, origin: string): Promise<Answer> {
  const started = Date.now();
  const at = `${url.replace(/\/+$/, '')}${healthCheck.path}`;
  try {
    const response = await fetch(new URL(at), {
      method: 'OPTIONS',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': asked.method,
        'Access-Control-Request-Headers': asked.headers,
      },
    });
    const allows = (what: string) => response.headers.get(`access-control-allow-${what}`);
    return {
      status: response.status,
      allows: {
        origin: allows('origin'),
        credentials: allows('credentials'),
        methods: allows('methods'),
        headers: allows('headers'),
      },
      text: await response.text(),
      milliseconds: Date.now() - started,
    };
  } catch (error) {
    signal.throwIfAborted();
    const { cause, name, message } = error as Error & { cause?: { code?: string } };
    const why = name === 'TimeoutError' ? `nothing comes back within ${patienceMs / 1000} s` : (cause?.code ?? message);
    throw new Finding(
      `${at} cannot be asked: ${why}.`,
      'Check the network here; then whether the stacks cdn and api are deployed, and the name of the domain leads to them.',
    );
  }
}

const words = (list: string | null) => (list ?? '').toLowerCase().split(/\s*,\s*/);

/** One line of whatever came back: an HTML page of somebody in between says who that is. */
function excerpt(body: string): string {
  const text = body.replace(/\s+/g, ' ').trim();
  return text === '' ? '.' : `: ${text.length > 120 ? `${text.slice(0, 120)}…` : text}`;
}
