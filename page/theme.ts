/**
 * What every page of ours has: grounds, ink, cards, tables. Colours of figures are from the Okabe-Ito set, which
 * people with any colour blindness can tell apart; each is darkened or lightened to 3:1 at least against its
 * background, and text to 4.5:1.
 */
export const light = `color-scheme:light;--page:#f4f5f7;--card:#fff;--ink:#1b1f24;--muted:#57606a;--rule:#d8dce1;--grid:#e4e7eb;`
export const dark = `color-scheme:dark;--page:#0e1116;--card:#171b21;--ink:#e8ebef;--muted:#a3adb8;--rule:#343b44;--grid:#272d35;`

/** @param own the page's own custom properties, by theme; @param rules its own rules, which follow ours */
export const themed = (own: { light: string; dark: string }, rules: string): string => `:root{
${light}${own.light}}
@media screen and (prefers-color-scheme:dark){:root{
${dark}${own.dark}}}
${base}${rules}`

const base = `
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
header,main{max-width:1200px;margin:0 auto;padding:0 20px}
header{padding-top:22px}
header p{margin:0 0 14px;color:var(--muted)}
h1{font-size:20px;line-height:1.3;margin:0}
h2{font-size:17px;line-height:1.3;margin:0 0 10px}
main>section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:18px 20px;margin:0 0 16px;min-width:0}
.note{color:var(--muted);margin:-4px 0 12px}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(138px,1fr));gap:10px;margin:0 0 16px}
.figure{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:10px 14px}
.figure dt{color:var(--muted);font-size:13px}
.figure dd{margin:0}
.figure strong{display:block;font-size:23px;line-height:1.25}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;font-weight:400;padding:4px 10px 4px 0;border-top:1px solid var(--grid);vertical-align:top}
thead th{border-top:0;color:var(--muted);font-size:13px;white-space:nowrap}
.number{text-align:right;white-space:nowrap}
.grid{stroke:var(--grid);fill:none}
`
