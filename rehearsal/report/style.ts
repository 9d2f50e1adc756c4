import { themed } from '../../page/theme.ts'

const light = `
--on-premises:#d67d24;--cloud:#2b7bba;--total:#1b1f24;--p50:#00715a;--p99:#2b5fa8;--max:#8a929c;
--pause:#8a3e8f;--bar:#6f8fb3;--pass:#00715a;--fail:#b3261e;--on-verdict:#fff;--fail-tint:#fdeeec;--bad:#b3261e;
--tint-even:#0000;--tint-odd:#1b1f2408;--tint-switchover:#8a3e8f17;--band-even:#9aa3ad;--band-odd:#6b7580;`
const dark = `
--on-premises:#e39a4a;--cloud:#4f9fdb;--total:#e8ebef;--p50:#3fcfae;--p99:#7ab2f2;--max:#858f9b;
--pause:#dd9be2;--bar:#5f83ab;--pass:#0a7d65;--fail:#c23b31;--on-verdict:#fff;--fail-tint:#33191a;--bad:#ff8a80;
--tint-even:#0000;--tint-odd:#ffffff08;--tint-switchover:#dd9be21c;--band-even:#6b7580;--band-odd:#939da8;`

const PAGE = `
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
ul{margin:0;padding-left:20px}
li{overflow-wrap:anywhere;margin:2px 0}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 16px;align-items:start}
.pair section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:18px 20px;margin:0 0 16px;min-width:0}
`
const VERDICT = `
main>.verdict{border:0;color:var(--on-verdict);display:flex;align-items:center;gap:8px 28px;flex-wrap:wrap;padding:20px 26px}
.verdict.pass{background:var(--pass)}
.verdict.fail{background:var(--fail)}
.verdict p{margin:0}
.verdict .word{font-size:52px;line-height:1;font-weight:800;letter-spacing:.02em;display:flex;align-items:center;gap:12px}
.verdict svg{width:52px;height:52px;fill:none;stroke:currentColor;stroke-width:6;stroke-linecap:round;stroke-linejoin:round}
.verdict .sentence{font-size:20px;line-height:1.35;flex:1 1 420px;text-wrap:balance}
main>.why{border-color:var(--fail);background:var(--fail-tint)}
.why li{white-space:pre-wrap}
.why p{margin:10px 0 0}
.figure span{display:block;color:var(--muted);font-size:12px;line-height:1.35;margin-top:3px}
.figure.bad{border:2px solid var(--fail);background:var(--fail-tint);padding:9px 13px}
.figure.bad dt::before{content:"✕ ";font-weight:700}
`
const TABLES = `
th:last-child,td:last-child{padding-right:0}
.findings td:first-child{width:92px}.findings code{white-space:nowrap}.findings td:last-child{min-width:220px}
.note.after{margin:10px 0 0}
summary{cursor:pointer;color:var(--muted);margin-top:8px}
.total strong{font-size:18px}
.switchovers thead th{color:var(--ink);font-weight:600;font-size:14px}
.switchovers tbody th{color:var(--muted);white-space:nowrap}
.switchovers td{min-width:92px}
.switchovers .total td,.switchovers thead th+th{padding-left:4px}
.timed{display:flex;align-items:center;gap:6px}
.timed .ms{flex:0 0 50px;text-align:right}
.timed .track{flex:1;min-width:24px}
.bar{display:block;height:9px;min-width:2px;border-radius:2px;background:var(--bar)}
.weights .wide{width:34%}
.weights td{vertical-align:middle}
.share{position:relative;display:block;height:12px;background:var(--on-premises);border-radius:2px}
.share .seen{position:absolute;inset:0 auto 0 0;background:var(--cloud);border-radius:2px 0 0 2px}
.share .asked{position:absolute;top:-3px;bottom:-3px;width:2px;margin-left:-1px;background:var(--ink)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:22px 36px;align-items:start}
.steps{font-size:14px}
.steps caption{text-align:left;font-weight:600;font-size:15px;padding-bottom:2px}
.steps caption span{font-weight:400;color:var(--muted)}
.steps thead th{font-size:12px;padding-bottom:0}
.steps th,.steps td{padding-top:2px;padding-bottom:2px}
.steps em{font-style:normal;font-size:12px;border:1px solid var(--rule);border-radius:4px;padding:0 5px;color:var(--muted)}
.steps .failed em,.steps .undone em{color:var(--on-verdict);background:var(--fail);border-color:var(--fail)}
.slow{color:var(--pause)}
.when{width:26%;vertical-align:middle!important}
.gantt{position:relative;display:block;height:9px;overflow:hidden}
.gantt span{position:absolute;top:0;bottom:0;min-width:2px;background:var(--bar);border-radius:2px}
.facts{margin:0;display:grid;gap:3px}
.facts div{display:flex;gap:12px}
.facts dt{flex:0 0 96px;color:var(--muted)}
.facts dd{margin:0;min-width:0;overflow-wrap:anywhere}
`
const PLOTS = `
.timeline{display:block;width:100%;height:auto;font-size:12px}
.timeline.narrow{display:none}
.timeline text{fill:var(--ink)}
.timeline .title{font-size:13px;font-weight:600}
.timeline .tick,.timeline .legend{fill:var(--muted)}
.grid.base{stroke:var(--muted)}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.area.on-premises{fill:var(--on-premises)}
.area.cloud{fill:var(--cloud)}
.line.total{stroke:var(--total);stroke-width:.8}
.line.p50{stroke:var(--p50);stroke-width:2.2}
.line.p99{stroke:var(--p99);stroke-width:1.3}
.line.max{stroke:var(--max);stroke-width:1.1;stroke-dasharray:1.5 2.5}
.line.forward{stroke:var(--on-premises);stroke-width:1.8}
.line.back{stroke:var(--cloud);stroke-width:1.8;stroke-dasharray:5 2.5}
.line.asked{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:3 2.5}
.line.seen{stroke:var(--cloud);stroke-width:2.2}
.mark.pause{fill:var(--pause);stroke:var(--card)}
.cross.bad{stroke:var(--bad);stroke-width:2.4;stroke-linecap:round;fill:none}
.pause-span{fill:var(--pause);fill-opacity:.14}
.pause-line{stroke:var(--pause);stroke-dasharray:2 2;fill:none}
.timeline .pause-label{fill:var(--pause);font-weight:600}
.leader{stroke:var(--muted);stroke-width:.8}
.band.even{fill:var(--band-even)}.band.odd{fill:var(--band-odd)}.band.switchover{fill:var(--pause)}.band.failed{fill:var(--bad)}
.tint.even{fill:var(--tint-even)}.tint.odd{fill:var(--tint-odd)}.tint.switchover{fill:var(--tint-switchover)}.tint.failed{fill:var(--bad);fill-opacity:.1}
.slot{fill:transparent}
.slot:hover{fill:var(--ink);fill-opacity:.14}
`
const NARROW = `
.pair{grid-template-columns:minmax(0,1fr);gap:0}
.timeline.wide{display:none}
.timeline.narrow{display:block}
header,main{padding-inline:12px}
main>section,.pair section{padding:14px}
main>.verdict{padding:16px 18px}
.verdict .word{font-size:40px}.verdict svg{width:40px;height:40px}
.verdict .sentence{font-size:17px;flex-basis:100%}
.figures{grid-template-columns:repeat(2,minmax(0,1fr))}
`
const PRINT = `
@page{margin:12mm}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{background:#fff;zoom:.75}
header,main{max-width:none;padding-inline:0}
header{padding-top:0}
section,table,.figure{break-inside:avoid}
main>section:has(.cards){break-inside:auto;border:0;padding:0;margin:0}
.figures{grid-template-columns:repeat(7,1fr)}
.figure{padding:8px 10px}
.figure.bad{padding:7px 9px}
.cards{grid-template-columns:repeat(2,minmax(0,1fr))}
.scroll{overflow:visible}
`

export const STYLE = themed(
  { light, dark },
  `${PAGE}${VERDICT}${TABLES}${PLOTS}
@media screen and (max-width:760px){${NARROW}}
@media print{${PRINT}}
`,
)
