import { palette } from "./palette.js";

/** The page's style sheet: one column, wide things scroll by themselves, no font and no picture from outside. Source: our choice. */
export const style = `${palette}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:64rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
h1,h2,h3,h4{line-height:1.25;font-weight:650;text-wrap:balance}
h1{font-size:1.1rem;margin:0;color:var(--soft);font-weight:500}
h2{font-size:1.45rem;margin:3rem 0 .75rem;padding-top:1rem;border-top:2px solid var(--ink)}
h3{font-size:1.15rem;margin:2.25rem 0 .5rem}
h4{font-size:1rem;margin:1.5rem 0 .4rem}
p,ul{max-width:44rem;margin:.5rem 0 1rem}
ul{padding-left:1.2rem}
li{margin:.25rem 0}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.25rem .5rem}
.headline{font-size:clamp(1.4rem,1.1rem + 1.5vw,1.95rem);line-height:1.25;font-weight:650;margin:.6rem 0 1rem;max-width:50rem;text-wrap:balance}
.soft,caption,figcaption,.note{color:var(--soft)}
.note,caption,figcaption,.digits{font-size:.875rem}
.badge{font-size:.75rem;font-weight:600;border:1px solid currentColor;border-radius:1rem;padding:.08rem .55rem;white-space:nowrap;vertical-align:.1em;color:var(--soft)}
nav{margin:1.5rem 0 0;padding:.6rem 0;border-block:1px solid var(--rule);font-size:.9rem}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:0;padding:0;max-width:none}
.scroll{overflow-x:auto;margin:.75rem 0 1rem;max-width:100%}
table{overflow-wrap:normal;border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums lining-nums;width:100%}
caption{text-align:left;padding-bottom:.4rem}
caption span{display:block;position:sticky;left:0;max-width:min(44rem,calc(100vw - 2.5rem))}
th,td{padding:.38rem .9rem .38rem 0;text-align:right;vertical-align:top;border-bottom:1px solid var(--rule);white-space:nowrap}
th:last-child,td:last-child{padding-right:.2rem}
thead th{font-weight:600;white-space:normal;border-bottom-color:var(--soft);vertical-align:bottom}
tbody th,th:first-child,td.text,th.text{text-align:left}
tbody th{font-weight:500;white-space:normal;min-width:5.5rem}
tr.distilled th,tr.distilled td{font-weight:650}
th .note{font-weight:400}
tbody th:has(.note){min-width:8.5rem}
td.text{white-space:normal;min-width:9rem}
td.code,.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8rem;overflow-wrap:anywhere;white-space:normal;text-align:left}
.sd{color:var(--soft);font-weight:400}
.gain{color:var(--good);font-weight:650}
.loss{color:var(--bad);font-weight:650}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.5rem 2rem;align-items:start;margin:1rem 0}
.curves{grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr))}
figure{margin:0;min-width:0}
.plots figcaption{margin-bottom:.35rem}
.plots figcaption b{color:var(--ink);font-weight:600}
svg.plot{display:block;width:100%;height:auto;overflow:visible}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}
svg .label{fill:var(--ink);font-weight:600;font-size:13px}
.axis path{stroke:var(--rule);stroke-width:1;fill:none}
.row circle{fill:var(--soft);fill-opacity:.55;stroke:var(--paper);stroke-width:.7}
.row .bar{fill:var(--soft);fill-opacity:.16}
.row .mean{stroke:var(--ink);stroke-width:2.4;fill:none}
.row.distilled circle,.row.difference circle{fill:var(--accent);fill-opacity:.75}
.row.distilled .bar,.row.difference .bar{fill:var(--accent);fill-opacity:.2}
circle:hover{fill-opacity:1!important;stroke:var(--ink)!important;stroke-width:1.5!important}
.zero{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:3 3;fill:none}
path.curve{fill:none;stroke:var(--accent);stroke-width:1.8;stroke-linejoin:round}
circle.curve{fill:var(--accent)}
path.mark{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:4 3;fill:none}
circle.mark{fill:var(--paper);stroke:var(--ink);stroke-width:1.8}
text.mark{fill:var(--ink);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
.warning{border-left:4px solid var(--bad);padding-left:.75rem}
.band{fill:var(--accent);fill-opacity:.2}
.legend{border:1px solid var(--rule);border-radius:.4rem;padding:.4rem .9rem .6rem;margin:1rem 0;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;font-size:.9rem}
.legend legend{padding:0 .3rem;color:var(--soft);font-size:.8rem}
.legend label{display:inline-flex;align-items:center;gap:.45rem;cursor:pointer}
.swatch{width:35px;height:22px;border-radius:2px}
.ground{fill:#2b2d30}
.fp-ground{fill:var(--fp);fill-opacity:.28}.fn-ground{fill:var(--fn);fill-opacity:.28}.other-ground{fill:#000;fill-opacity:.35}
.fp-lines,.fn-lines,.other-lines{fill:none;stroke-width:2.4}
.fp-lines{stroke:var(--fp)}.fn-lines{stroke:var(--fn)}.other-lines{stroke:var(--other);stroke-width:1.2}
rect.tp{fill-opacity:.85}
.dimmed{filter:grayscale(1) brightness(.72)}
.mask{image-rendering:pixelated}
.store{position:absolute;width:0;height:0}
.shown{margin-bottom:2rem}
.id{font-weight:400;color:var(--soft);overflow-wrap:anywhere}
.views{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(47%,9rem),1fr));gap:1rem .75rem}
.view{display:block;width:100%;height:auto;background:#000;border-radius:3px;margin-bottom:.35rem}
.frame{fill:none;stroke:#fff;stroke-width:1.5;vector-effect:non-scaling-stroke}
figcaption{line-height:1.35}
section:has(#show-tp:not(:checked)) .tp,section:has(#show-fp:not(:checked)) .fp,section:has(#show-fn:not(:checked)) .fn,section:has(#show-other:not(:checked)) .other{visibility:hidden}
details{margin:.5rem 0 1rem}
summary{cursor:pointer;color:var(--accent);padding:.25rem 0}
pre{background:var(--raised);border:1px solid var(--rule);border-radius:.4rem;padding:.9rem 1rem;overflow-x:auto;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.3rem 1.25rem;font-size:.9rem;margin:.5rem 0 1rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
footer{padding-bottom:3rem;margin-top:3rem;color:var(--soft);font-size:.85rem}
@media (max-width:30rem){body{font-size:15px}main,header,footer{padding-left:1rem;padding-right:1rem}th,td{padding-right:.7rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{@page{margin:16mm 14mm}html{font-size:9.5pt}body{font-size:1rem}main,header,footer{max-width:none;padding:0}nav,.skip,.legend input{display:none}h2{margin-top:1.5rem}h2,h3,h4,caption{break-after:avoid}
figure,tr,.shown,.legend{break-inside:avoid}pre{white-space:pre-wrap;overflow-wrap:anywhere;overflow:visible}.scroll{overflow:visible}th,td{padding-right:.5rem}.views{grid-template-columns:repeat(4,1fr)}.plots{grid-template-columns:repeat(2,1fr)}.curves{grid-template-columns:repeat(3,1fr)}
a{color:inherit;text-decoration:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`;
