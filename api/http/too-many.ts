import { Problem } from './problem.ts';

export function tooMany(seconds: number): Problem {
  return new Problem(429, 'Too many requests', `Please wait ${seconds} seconds and try again.`, {
    headers: { 'Retry-After': String(seconds) },
  });
}
