/** A page of text and plain forms, without script: it has to work in whatever opens a mail. */
import { htmlFrame, styleSource } from './html-frame.ts';

const styles = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 0.2rem solid; white-space: pre-line; }
form { margin: 0.75rem 0; }
button { font: inherit; padding: 0.6rem 1rem; min-height: 2.75rem; }
summary { padding: 0.6rem 0; min-height: 1.5rem; cursor: pointer; }
[role='status'] { padding: 0.75rem 1rem; border: 0.15rem solid; }
`;

/** The only thing that the page may use is its own style, known by its hash. */
export const plainPagePolicy = [
  "default-src 'none'",
  styleSource(styles),
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** @param main HTML, with everything in it escaped already */
export const plainPage = (title: string, main: string): string => htmlFrame(title, styles, main);
