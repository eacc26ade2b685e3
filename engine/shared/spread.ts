/**
 * Which of the tasks each hand is to have: it keeps what it has, as far as that is not more than its share, and
 * the others go to whoever has least.
 */
export function spread(tasks: readonly string[], held: readonly ReadonlySet<string>[]): string[][] {
  const share = Math.ceil(tasks.length / held.length)
  const given = held.map(own => tasks.filter(task => own.has(task)).slice(0, share))
  const kept = new Set(given.flat())
  for (const task of tasks) {
    if (kept.has(task)) continue
    given.reduce((least, other) => (other.length < least.length ? other : least)).push(task)
  }
  return given
}
