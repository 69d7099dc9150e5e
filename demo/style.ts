/** The style of the demo's pages: the playground's ink on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f2f3f0, #0e1214);
  --sheet: light-dark(#ffffff, #161b1e);
  --sunk: light-dark(#f7f8f6, #12171a);
  --ink: light-dark(#14181b, #e9edee);
  --ink-soft: light-dark(#4d565d, #a7b1b7);
  --line: light-dark(#dcdfd9, #2a3136);
  --edge: light-dark(#868e8a, #6b767d);
  --on-ink: light-dark(#ffffff, #14181b);
  --ink-over: light-dark(#333b41, #c3cbcf);
  --focus: light-dark(#1d4fc4, #8db0ff);
  --allow: light-dark(#15653a, #78d4a0);
  --allow-sheet: light-dark(#e4f3ea, #11291c);
  --deny: light-dark(#ad1f15, #ff958b);
  --deny-sheet: light-dark(#fbeae8, #351917);
  --code: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", "Liberation Mono", Menlo, Consolas, monospace;
}
*, *::before, *::after { box-sizing: border-box; }
html {
  background: var(--paper);
  color: var(--ink);
  font: 400 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif;
  text-size-adjust: 100%;
}
body { max-width: 64rem; margin: 0 auto; padding: 0 1.5rem 3rem; }
h1, h2, h3, p, ul, ol, dl, dd, pre, fieldset { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: var(--focus); text-underline-offset: 0.15em; }
code, pre { font-family: var(--code); font-size: 0.8125rem; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.skip { position: absolute; left: 1.5rem; top: -4rem; padding: 0.5rem 1rem; background: var(--ink); color: var(--on-ink); }
.skip:focus { top: 0.5rem; }

header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 2rem; padding-top: 1rem; border-bottom: 1px solid var(--line); }
.name { font-size: 1.0625rem; font-weight: 700; letter-spacing: -0.02em; }
.name span { color: var(--ink-soft); font-weight: 400; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
nav a { display: block; padding: 0.5rem 0; margin-bottom: -1px; border-bottom: 2px solid transparent; color: var(--ink-soft); text-decoration: none; }
nav a:hover { color: var(--ink); }
nav a[aria-current] { border-color: var(--ink); color: var(--ink); font-weight: 650; }

.title { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; margin-top: 1.75rem; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -0.02em; }
.summary { max-width: 44rem; margin-top: 0.375rem; color: var(--ink-soft); }
.account { display: flex; align-items: center; gap: 0.875rem; }

.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); align-items: start; gap: 1rem; margin-top: 1.25rem; }
.card { padding: 1.25rem 1.5rem 1.5rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; }
main > .card { max-width: 44rem; margin-top: 1.25rem; }
.card > * + * { margin-top: 1rem; }
h2 { font-size: 1.0625rem; font-weight: 650; letter-spacing: -0.01em; }
h3, legend { font-size: 0.8125rem; font-weight: 600; }
.card p, .aside { color: var(--ink-soft); font-size: 0.875rem; }
.card p strong, .card .users strong { color: var(--ink); }

.notice { margin-top: 1.25rem; padding: 0.75rem 1rem; background: var(--allow-sheet); border: 1px solid var(--allow); border-radius: 6px; color: var(--allow); }
.notice.denied { background: var(--deny-sheet); border-color: var(--deny); color: var(--deny); }

button, .button {
  min-height: 2.25rem; padding: 0.375rem 0.875rem; background: var(--sheet); border: 1px solid var(--edge); border-radius: 5px;
  color: var(--ink); font: inherit; font-size: 0.875rem; font-weight: 500; cursor: pointer;
}
.button { display: inline-block; text-decoration: none; }
button:hover, .button:hover { background: var(--sunk); border-color: var(--ink-soft); }
button.primary { background: var(--ink); border-color: var(--ink); color: var(--on-ink); font-weight: 600; }
button.primary:hover { background: var(--ink-over); }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem; }
fieldset { min-width: 0; border: 0; }
legend { padding: 0; }
fieldset + .actions { margin-top: 1rem; }
h3 + .actions, input + .actions { margin-top: 0.5rem; }
.mails { display: grid; gap: 1rem; max-width: 44rem; margin-top: 1.25rem; }
.mails h2 { overflow-wrap: anywhere; }
.summary + p { margin-top: 1.25rem; }
.choice { display: flex; align-items: center; gap: 0.625rem; padding-block: 0.375rem; }
.choice input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--focus); }
.choice code { margin-left: 0.375rem; color: var(--ink-soft); }
.users { color: var(--ink-soft); font-size: 0.875rem; }
.users li + li { margin-top: 0.75rem; }
.users code { color: var(--ink); }

dl { border-bottom: 1px solid var(--line); font-size: 0.875rem; }
dl > div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0 0.75rem; padding: 0.4375rem 0; border-top: 1px solid var(--line); }
dt { color: var(--ink-soft); }
dt code { font-size: 0.75rem; }
dd { overflow-wrap: anywhere; }

.requests { border-bottom: 1px solid var(--line); }
.requests li { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); align-items: center; gap: 0.25rem 0.875rem; padding: 0.4375rem 0; border-top: 1px solid var(--line); }
.requests code { color: var(--ink-soft); }
.answer { padding: 0.875rem 1rem 1rem; border-radius: 6px; scroll-margin-top: 1rem; }
.answer.admitted { background: var(--allow-sheet); }
.answer.denied { background: var(--deny-sheet); }
.answer > p { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.5rem; }
.answer svg { width: 1.5rem; height: 1.5rem; fill: none; stroke: var(--ink); stroke-width: 3.5; stroke-linecap: round; }
.answer.admitted .bar { stroke: var(--allow); }
.answer.denied .bar { stroke: var(--deny); }
.card .answer.admitted strong { color: var(--allow); }
.card .answer.denied strong { color: var(--deny); }
.card .answer code { color: var(--ink); }
.answer > * + * { margin-top: 0.625rem; }
.answer .challenge code { font-size: 0.75rem; }

details { border-block: 1px solid var(--line); }
summary { padding: 0.5rem 0; font-size: 0.8125rem; font-weight: 600; cursor: pointer; }
details[open] { padding-bottom: 0.75rem; }
pre { padding: 0.75rem; background: var(--sunk); border: 1px solid var(--line); border-radius: 5px; font-size: 0.75rem; line-height: 1.55; white-space: pre-wrap; }
.answer pre { background: var(--sheet); }

@media (max-width: 52rem) {
  .columns { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 30rem) {
  body { padding: 0 1rem 2rem; }
  .card { padding: 1rem 1rem 1.25rem; }
  .actions button { flex: 1 1 auto; }
  nav ul { gap: 0 0.875rem; font-size: 0.875rem; }
  dl > div, .requests li { grid-template-columns: minmax(0, 1fr); gap: 0.25rem; }
  dl > div { gap: 0; }
}
`;
