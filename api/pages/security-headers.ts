/** What a browser may do with these pages: run and load what this origin serves, and call nobody but it and these origins. */
const contentSecurityPolicy = (connectTo: readonly string[]) => ({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  // MapLibre's stylesheet carries its icons as data.
  'img-src': "'self' data:",
  'connect-src': ["'self'", ...connectTo].join(' '),
  // MapLibre 6 starts its worker from its own file when that lies on the page's origin: no `blob:` needed.
  'worker-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
});

export const securityHeaders = (connectTo: readonly string[] = []) => ({
  'Content-Security-Policy': Object.entries(contentSecurityPolicy(connectTo))
    .map((directive) => directive.join(' '))
    .join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
});
