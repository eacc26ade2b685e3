import type { BothSides } from '../diff/difference.ts'
import type { AlarmFigures } from '../judge/label-judge.ts'
import type { RankingFigures } from '../judge/ranking-judge.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import type { Report } from './report.ts'
import { countText, numberText, percentText } from './value-text.ts'

/** A figure by its name, of both sides. */
export type FigureRow = readonly [name: string, a: string, b: string]

export function alarmRows({ a, b }: BothSides<AlarmFigures>): FigureRow[] {
  const row = (name: string, text: (figures: AlarmFigures) => string): FigureRow => [name, text(a), text(b)]
  return [
    row('alarms', ({ alarms }) => countText(alarms)),
    row('alarms a day', ({ perDay }) => numberText(perDay)),
    row('false alarms', ({ falseAlarms }) => countText(falseAlarms)),
    row('labels found', ({ found }) => countText(found)),
    row('labels missed', ({ missed }) => countText(missed)),
    row('precision', ({ precision }) => percentText(precision)),
    row('recall', ({ recall }) => percentText(recall)),
    row('F1', ({ f1 }) => numberText(f1)),
  ]
}

export function rankingRows({ a, b }: BothSides<RankingFigures>, top: number): FigureRow[] {
  return [
    ['lists judged', countText(a.judged), countText(b.judged)],
    ['not judged', countText(a.notJudged), countText(b.notJudged)],
    [`recall@${top}`, percentText(a.recall), percentText(b.recall)],
    [`NDCG@${top}`, numberText(a.ndcg), numberText(b.ndcg)],
  ]
}

export function judgementSections({ labels, ranking }: Report): Html[] {
  const found: Html[] = []
  if (labels !== undefined) {
    found.push(html`<h2>Alarms, judged by ${countText(labels.count)} labels</h2>
<p class="soft">${alarmText(labels)}</p>${figureTable(alarmRows(labels.figures))}${dayTable(labels.figures)}`)
  }
  if (ranking !== undefined) {
    found.push(html`<h2>Lists, judged by what was taken later</h2>
<p class="soft">The first ${ranking.top} of ${ranking.items}, where the user took something afterwards.</p>
${figureTable(rankingRows(ranking.figures, ranking.top))}`)
  }
  return found
}

export function alarmText({ score, thresholds }: NonNullable<Report['labels']>): string {
  if (score === null || thresholds === null) return 'Each row is an alarm.'
  const { a, b } = thresholds
  return `An alarm is a row with ${score} of at least ${a === b ? a : `${a} in A, ${b} in B`}.`
}

function figureTable(rows: readonly FigureRow[]): Html {
  return html`<div class="wide"><table><tr><th></th><th class="number of-a">A</th><th class="number of-b">B</th></tr>
${rows.map(([name, a, b]) => html`<tr><td>${name}</td><td class="number">${a}</td><td class="number">${b}</td></tr>`)}
</table></div>`
}

/** Days side by side; nothing where there is but one. */
function dayTable({ a, b }: BothSides<AlarmFigures>): Html | undefined {
  const days = [...new Set([...a.byDay, ...b.byDay].map(({ day }) => day))].sort()
  if (days.length < 2) return undefined
  const [ofA, ofB] = [countsOf(a), countsOf(b)]
  const rows = days.map((day): FigureRow => [day, countText(ofA.get(day) ?? 0), countText(ofB.get(day) ?? 0)])
  return html`<h2>Alarms by day</h2>${figureTable(rows)}`
}

function countsOf({ byDay }: AlarmFigures): Map<string, number> {
  return new Map(byDay.map(({ day, alarms }) => [day, alarms]))
}
