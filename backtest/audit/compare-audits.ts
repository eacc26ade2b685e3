import type { AuditSums } from './audit-sums.ts'

/** A count that two audits have differently; null where one of them has nothing of it. */
export interface CountDifference {
  readonly what: string
  readonly a: number | null
  readonly b: number | null
}

/** All in which two audits differ, in the order of the job: inputs, steps, windows. */
export function compareAudits(a: AuditSums, b: AuditSums): CountDifference[] {
  const [left, right] = [countsIn(a), countsIn(b)]
  const names = new Set([...left.keys(), ...right.keys()])
  return [...names]
    .map(what => ({ what, a: left.get(what) ?? null, b: right.get(what) ?? null }))
    .filter(count => count.a !== count.b)
}

/** Every count by what it is of. */
function countsIn({ inputs, steps, windows }: AuditSums): Map<string, number> {
  const counts = new Map<string, number>()
  const note = (of: string, values: Readonly<Record<string, number>>) => {
    for (const [name, value] of Object.entries(values)) counts.set(`${of}: ${name}`, value)
  }
  for (const { id, topic, partition, isBetween, offsets, read, passed, rejected } of inputs.values()) {
    const [first, last] = [offsets.merged[0], offsets.merged.at(-1)]
    const of = `${id} (${topic}-${partition})`
    note(of, { read, passed, rejected })
    // Between stages there are records that tell of commits.
    if (!isBetween) note(of, { from: first?.from ?? 0, until: last?.until ?? 0 })
  }
  for (const { id, kind: _, ...values } of steps.values()) note(id, values)
  for (const { id, each } of windows.values()) {
    for (const [start, values] of each) note(`${id}, ${new Date(start).toISOString()}`, { ...values })
  }
  return counts
}
