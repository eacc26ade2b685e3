import type { PlainRow } from '../diff/row-values.ts'
import type { Report } from './report.ts'

/** The command that says which records made a row that differs, and how; undefined where its key does not name one. */
export function whyCommand(report: Report): string | undefined {
  const row: PlainRow | undefined =
    report.biggest[0]?.key ?? report.firstOnlyB[0]?.row ?? report.firstOnlyA[0]?.row
  const names = report.key.filter(name => !report.times.includes(name))
  const [time] = report.key.filter(name => report.times.includes(name))
  if (row === undefined || names.length !== 1) return undefined
  const at = time === undefined ? undefined : row[time]
  const window = typeof at === 'number' ? ` --window ${new Date(at).toISOString()}` : ''
  return `headrace why <job.ts> --topic ${report.topic} --key ${quoted(String(row[names[0]]))}${window}`
}

export const whyNote = 'How a row came to be, with --archive, --model and --set as its side had them:'

/** For a shell. */
function quoted(text: string): string {
  return /^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
