import { themed } from '../page/theme.ts'

const light = `--bar:#2b7bba;--free:#a9c7e0;--function:#2b7bba;--fargate:#b8641a;--host:#00715a;--init:#8a3e8f;`
const dark = `--bar:#4f9fdb;--free:#2c4a66;--function:#4f9fdb;--fargate:#e39a4a;--host:#3fcfae;--init:#dd9be2;`

export const STYLE = themed(
  { light, dark },
  `
th{white-space:nowrap}
.thin{stroke:var(--muted);fill:none}
svg{display:block;width:100%;height:auto;font-size:12px}
svg text{fill:var(--ink)}svg .tick{fill:var(--muted)}
.bar{fill:var(--bar)}.bar.free{fill:var(--free)}
.p95{stroke:var(--ink);stroke-width:2;fill:none}.longest{fill:var(--card);stroke:var(--ink);stroke-width:1.5}
.init{fill:var(--init);stroke:var(--card)}
.line{fill:none;stroke-width:2.2}
.line.function{stroke:var(--function)}.line.fargate{stroke:var(--fargate);stroke-dasharray:6 3}.line.host{stroke:var(--host);stroke-dasharray:2 3}
svg .label.function{fill:var(--function)}svg .label.fargate{fill:var(--fargate)}svg .label.host{fill:var(--host)}
.now{stroke:var(--muted);stroke-dasharray:3 3;fill:none}
@media print{body{background:#fff}section{break-inside:avoid}}
`,
)
