import type { TrainedShop } from './train-shop.ts'

/** What was trained, how good it is, and where it lies. */
export function reportLines({ anomaly, recommend }: TrainedShop): string[] {
  const { ease, popularity } = recommend.metrics
  const alarms = anomaly.metrics
  const versions = [anomaly, recommend].map(({ name, version, rows, serves, directory }) => [
    name,
    String(version),
    rows.toLocaleString('en'),
    serves ? 'serves' : 'waits',
    directory,
  ])
  return [
    ...table([['model', 'version', 'rows', '', 'where'], ...versions]),
    '',
    `anomaly, on ${alarms.judgedRows.toLocaleString('en')} windows kept apart:`,
    ...indented([
      ['false alarms', percent(alarms.falseAlarms, 3)],
      ['found at 5 robust deviations', percent(alarms.outliersFound, 1)],
    ]),
    '',
    `recommend, ten items for ${ease.users.toLocaleString('en')} users, by what they bought later:`,
    ...indented([
      ['', 'EASE', 'popularity'],
      ['NDCG', ease.ndcg.toFixed(3), popularity.ndcg.toFixed(3)],
      ['recall', percent(ease.recall, 1), percent(popularity.recall, 1)],
      ['items shown to somebody', percent(ease.coverage, 1), percent(popularity.coverage, 1)],
      ['diversity of a list', ease.diversity.toFixed(3), popularity.diversity.toFixed(3)],
    ]),
    ...[anomaly, recommend]
      .filter(({ serves }) => !serves)
      .flatMap(({ name, version }) => ['', `to let it serve: headrace models promote ${name} ${version}`]),
  ]
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)}%`
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return table(rows).map(line => `  ${line}`)
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  )
}
