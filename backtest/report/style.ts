/** Of the page, in light and in dark. */
export const style = `
:root {
  color-scheme: light dark;
  --text: #1c2330; --soft: #5c6675; --line: #d9dee6; --back: #ffffff; --card: #f6f8fa;
  --equal: #c4ccd6; --changed: #c2610c; --a: #2563c9; --b: #0e8a74;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e3e7ee; --soft: #98a3b3; --line: #303846; --back: #12161d; --card: #1a202a;
    --equal: #4a5565; --changed: #f0954a; --a: #74a5f5; --b: #45c8ad;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 68rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1:not(:first-child) { margin-top: 4rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere }
h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem }
p { margin: .3rem 0 }
.soft, figcaption, th { color: var(--soft) }
.soft { font-size: .93em }
.verdict { font-weight: 600 }
.sides { display: grid; grid-template-columns: auto auto 1fr; gap: .1rem .8rem; margin: .8rem 0; overflow-wrap: anywhere }
.sides .number { text-align: right; font-variant-numeric: tabular-nums }
.of-a { color: var(--a) } .of-b { color: var(--b) } .of-changed { color: var(--changed) }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.2rem 0 }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem }
.card b { display: block; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { padding: .35rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
th { font-weight: 500; font-size: .9em; white-space: nowrap }
td { overflow-wrap: break-word; max-width: 28rem }
th:first-child, td:first-child { padding-left: 0 }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.key { min-width: 12rem }
.group td { border-bottom: none; padding-bottom: .1rem }
figure { margin: 0 }
.time svg { min-width: 40rem }
figcaption { font-size: .9em; margin-bottom: .3rem }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1.2rem }
svg { display: block; width: 100%; height: auto; overflow: visible }
svg text { fill: var(--soft); font-size: 11px; font-family: inherit }
.grid { stroke: var(--line); stroke-width: 1 } .axis { stroke: var(--soft); stroke-width: 1 }
.bar-changed { fill: var(--changed) } .bar-a { fill: var(--a) } .bar-b { fill: var(--b) } .bar-equal { fill: var(--equal) }
.line-a, .line-b { fill: none; stroke-width: 1.6; stroke-linejoin: round }
.line-a { stroke: var(--a) } .line-b { stroke: var(--b); stroke-dasharray: 5 2.5 }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .9em; margin: .4rem 0 }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em }
.dot-changed { background: var(--changed) } .dot-a { background: var(--a) } .dot-b { background: var(--b) }
.dot-equal { background: var(--equal) }
.strip { display: flex; height: .8rem; border-radius: 4px; overflow: hidden; background: var(--line) }
`
