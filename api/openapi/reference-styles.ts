/** How the reference page looks: text first, one column that folds open, light or dark as the reader has it. */
export const styles = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#17212b, #e7ecf0);
  --soft: light-dark(#55626f, #9eabb6);
  --paper: light-dark(#ffffff, #161d24);
  --panel: light-dark(#f4f6f7, #1e272f);
  --rule: light-dark(#dde3e7, #2c3842);
  --accent: light-dark(#0f5f66, #6cc7c4);
  --write: light-dark(#8a4b00, #f0b46a);
  --delete: light-dark(#a3261b, #ff9d90);
}
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; color: var(--ink); background: var(--paper); scroll-behavior: smooth; }
body { margin: 0; display: grid; grid-template-columns: 14rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100dvh; overflow-y: auto; padding: 1.5rem; background: var(--panel); border-right: 1px solid var(--rule); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: block; padding: 0.25rem 0; text-decoration: none; }
.brand { margin: 0 0 1rem; font-weight: 600; }
main { max-width: 60rem; padding: 1.5rem 2rem 6rem; }
h1 { margin: 0 0 0.5rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; }
h3 { margin: 1rem 0 0.25rem; font-size: 0.875rem; color: var(--soft); font-weight: 600; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
details { border: 1px solid var(--rule); border-radius: 6px; margin-bottom: 0.5rem; padding: 0 1rem; }
details[open] { padding-bottom: 1rem; }
details:target { border-color: var(--accent); }
summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.75rem; padding: 0.5rem 0; cursor: pointer; }
summary code { font-weight: 600; overflow-wrap: anywhere; }
.summary { color: var(--soft); }
.staff { margin-left: auto; font-size: 0.75rem; color: var(--soft); border: 1px solid var(--rule); border-radius: 1rem; padding: 0 0.5rem; }
.method { width: 3.75rem; font: 600 0.75rem/1.5 ui-monospace, monospace; color: var(--accent); }
.method.post, .method.put, .method.patch { color: var(--write); }
.method.delete { color: var(--delete); }
code { font: 0.875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; border-top: 1px solid var(--rule); font-weight: 400; }
th { width: 16rem; }
td:last-child { width: 4rem; color: var(--soft); font-size: 0.875rem; }
@media (max-width: 48rem) {
  body { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--rule); }
  nav ul { display: flex; flex-wrap: wrap; gap: 0 1rem; }
  main { padding: 1.5rem 1rem 4rem; }
  th { width: auto; }
}
`;
