/** What a browser may make of our answers: nothing but what they are. A page that needs more says so itself. */
import type { Step } from './steps.ts';

const headers = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** @param https from now on only over HTTPS; false on a laptop */
export function securityHeaders(https: boolean): Step {
  const all = Object.entries(https ? { ...headers, 'Strict-Transport-Security': 'max-age=31536000' } : headers);
  return ({ res }) => {
    for (const [name, value] of all) res.setHeader(name, value);
  };
}
