/** Colours from the Okabe-Ito set, darkened or lightened to 3:1 at least, as in the rehearsal's report. */
const LIGHT = `color-scheme:light;--page:#f4f5f7;--card:#fff;--ink:#1b1f24;--muted:#57606a;--rule:#d8dce1;--grid:#e4e7eb;
--bar:#2b7bba;--free:#a9c7e0;--function:#2b7bba;--fargate:#b8641a;--host:#00715a;--init:#8a3e8f;`
const DARK = `color-scheme:dark;--page:#0e1116;--card:#171b21;--ink:#e8ebef;--muted:#a3adb8;--rule:#343b44;--grid:#272d35;
--bar:#4f9fdb;--free:#2c4a66;--function:#4f9fdb;--fargate:#e39a4a;--host:#3fcfae;--init:#dd9be2;`

export const STYLE = `:root{${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;font-variant-numeric:tabular-nums}
header,main{max-width:1200px;margin:0 auto;padding:0 20px}
header{padding-top:22px}header p{margin:0 0 14px;color:var(--muted)}
h1{font-size:20px;margin:0}h2{font-size:17px;margin:0 0 10px}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:18px 20px;margin:0 0 16px}
.note{color:var(--muted);margin:-4px 0 12px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:0 0 16px}
.figure{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:10px 14px}
.figure dt{color:var(--muted);font-size:13px}.figure dd{margin:0}.figure strong{font-size:23px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;font-weight:400;padding:4px 10px 4px 0;border-top:1px solid var(--grid);vertical-align:top}
thead th{border-top:0;color:var(--muted);font-size:13px}th{white-space:nowrap}
.number{text-align:right;white-space:nowrap}
code{font-size:13px;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto;font-size:12px}
svg text{fill:var(--ink)}svg .tick{fill:var(--muted)}
.grid{stroke:var(--grid);fill:none}.thin{stroke:var(--muted);fill:none}
.bar{fill:var(--bar)}.bar.free{fill:var(--free)}
.p95{stroke:var(--ink);stroke-width:2;fill:none}.longest{fill:var(--card);stroke:var(--ink);stroke-width:1.5}
.init{fill:var(--init);stroke:var(--card)}
.line{fill:none;stroke-width:2.2}
.line.function{stroke:var(--function)}.line.fargate{stroke:var(--fargate);stroke-dasharray:6 3}.line.host{stroke:var(--host);stroke-dasharray:2 3}
svg .label.function{fill:var(--function)}svg .label.fargate{fill:var(--fargate)}svg .label.host{fill:var(--host)}
.now{stroke:var(--muted);stroke-dasharray:3 3;fill:none}
@media print{body{background:#fff}section{break-inside:avoid}}
`
