// See Style.h. Neither text may hold `<` or `&`: the page is XML too.
#include "runtime/report/Style.h"

namespace offramp::runtime::report {

const char *styleSheet() {
  return R"css(
:root { --bg: #f6f7f9; --card: #ffffff; --ink: #1b2027; --soft: #5a6470; --line: #dfe3e8; --grid: #edf0f3;
  --c1: #2563c9; --c2: #c2500f; --c3: #177a53; --c4: #7d3fc0; --heat: 37 99 201; --bad: #b3261e; color-scheme: light; }
@media (prefers-color-scheme: dark) { :root { --bg: #101317; --card: #191d23; --ink: #e8ebef; --soft: #9ca6b2; --line: #313841; --grid: #252b33;
  --c1: #72a7ff; --c2: #ff9d63; --c3: #55c596; --c4: #c196f5; --heat: 90 150 255; --bad: #ff8f87; color-scheme: dark; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, main { max-width: 1080px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 32px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; }
header p { margin: 6px 0 20px; color: var(--soft); overflow-wrap: anywhere; }
h2 { margin: 0 0 6px; font-size: 20px; line-height: 1.3; }
h3 { margin: 22px 0 8px; font-size: 16px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 24px 22px; margin: 0 0 18px; }
.lead { margin: 0 0 14px; color: var(--soft); max-width: 76ch; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 14px 0 18px; }
.tile { border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px 12px; }
.tile span, .tile small { display: block; color: var(--soft); font-size: 13px; line-height: 1.4; }
.tile b { display: block; font-size: 26px; font-weight: 600; line-height: 1.3; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0; font-size: 14px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { margin: 8px 0 0; padding: 10px 12px; background: var(--bg); border-radius: 6px; white-space: pre-wrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 22px 28px; }
figure { margin: 0; min-width: 0; max-width: 620px; } figcaption { font-weight: 600; font-size: 15px; margin-bottom: 4px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; } svg .note { fill: var(--ink); }
.axis { stroke: var(--soft); stroke-width: 1; } .grid { stroke: var(--grid); stroke-width: 1; } .dashed { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 4; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .hit { fill: transparent; } .bar { fill: var(--c1); }
.s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); } .s3 { stroke: var(--c3); } .s4 { stroke: var(--c4); }
.f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); } .f4 { fill: var(--c4); }
.dot { stroke: var(--card); stroke-width: 1.5; } .marked { stroke: var(--ink); stroke-width: 2; } .bar:hover, .hit:hover { opacity: 0.75; }
.legend { margin: 0 0 6px; font-size: 13px; color: var(--soft); } .legend span { margin-right: 16px; white-space: nowrap; }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 6px; }
.k1 { background: var(--c1); } .k2 { background: var(--c2); } .k3 { background: var(--c3); } .k4 { background: var(--c4); }
.scroll { overflow-x: auto; margin-top: 14px; } table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td { padding: 5px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--grid); font-weight: 400; }
thead th { color: var(--soft); font-size: 13px; border-bottom-color: var(--line); vertical-align: bottom; } th:first-child { text-align: left; padding-left: 0; }
.strong th, .strong td { font-weight: 600; } td.heat { background: rgb(var(--heat) / calc(var(--v) * 0.62)); min-width: 56px; }
details { margin-top: 14px; } summary { cursor: pointer; color: var(--soft); font-size: 14px; } .none { color: var(--soft); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none; }
.samples.rows { grid-template-columns: 1fr; } .samples li { font-size: 13px; line-height: 1.35; min-width: 0; overflow-wrap: anywhere; }
.samples img { display: block; width: 100%; max-width: 112px; image-rendering: pixelated; border-radius: 4px; margin-bottom: 5px; background: #000; }
.samples .wrong { color: var(--bad); font-weight: 600; } .samples small { color: var(--soft); display: block; }
#tip { position: fixed; z-index: 9; max-width: 280px; padding: 6px 10px; border-radius: 6px; background: var(--ink); color: var(--card); font-size: 13px; line-height: 1.4;
  white-space: pre-line; pointer-events: none; }
@media (max-width: 560px) { header, main { padding-left: 10px; padding-right: 10px; } section { padding: 14px 14px 16px; } h1 { font-size: 24px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; } .tile b { font-size: 21px; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; }
  svg text { font-size: 14px; } }
@media print { :root { --bg: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --grid: #e4e4e4; --c1: #2563c9; --c2: #c2500f; --c3: #177a53; --c4: #7d3fc0;
  --heat: 37 99 201; --bad: #b3261e; color-scheme: light; } body { font-size: 12px; } header, main { max-width: none; padding: 0; } section { border: 0; padding: 0 0 12px; }
  .scroll { overflow: visible; } th, td { padding: 3px 6px; } figure, tr, li, .tile { break-inside: avoid; } h2, h3 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } .charts { grid-template-columns: 1fr 1fr; } #tip { display: none; } }
)css";
}

const char *script() {
  return R"js(
(function () {
  var tip = document.getElementById("tip");
  function show(event) {
    var on = event.target.closest ? event.target.closest("[data-tip]") : null;
    tip.hidden = !on;
    if (!on) return;
    tip.textContent = on.getAttribute("data-tip");
    var box = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, window.innerWidth - box.width - 4)) + "px";
    tip.style.top = Math.max(4, event.clientY - box.height - 12) + "px";
  }
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
  addEventListener("beforeprint", function () { document.querySelectorAll("details").forEach(function (d) { d.open = true; }); });
})();
)js";
}

}  // namespace offramp::runtime::report
