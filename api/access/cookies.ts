/** The two cookies: `session`, which scripts cannot read, and `csrftoken`, which the site's frontend sends back. */

export interface CookieOptions {
  readonly name: 'session' | 'csrftoken';
  readonly value: string;
  /** 0 deletes it. */
  readonly maxAgeSeconds: number;
  /** Sent over HTTPS only. Everywhere but on a laptop. */
  readonly secure: boolean;
}

export const sessionSeconds = 12 * 3600;
const yearSeconds = 365 * 24 * 3600;

/** @returns the value of a Set-Cookie header */
export function cookie({ name, value, maxAgeSeconds, secure }: CookieOptions): string {
  return [
    `${name}=${value}`,
    'Path=/',
    `Max-Age=${maxAgeSeconds}`,
    'SameSite=Lax',
    ...(name === 'session' ? ['HttpOnly'] : []),
    ...(secure ? ['Secure'] : []),
  ].join('; ');
}

export function csrfCookie(value: string, secure: boolean, session: boolean): string {
  return cookie({ name: 'csrftoken', value, maxAgeSeconds: session ? sessionSeconds : yearSeconds, secure });
}

/** @returns the cookie's value; empty where it is absent or there twice, for then nobody knows who set which */
export function readCookie(header: string, name: CookieOptions['name']): string {
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  return found.length === 1 ? (found[0] ?? '').slice(name.length + 1) : '';
}
