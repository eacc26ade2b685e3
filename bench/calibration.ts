/** Millions of iterations per CPU second of one fixed integer-add loop: how fast this machine is right now. */
export function calibrate(iterations = 50_000_000): number {
  const before = process.cpuUsage()
  let sum = 0
  for (let i = 0; i < iterations; i++) sum = (sum + i) | 0
  const used = process.cpuUsage(before)
  if (sum === 42) throw new RangeError('never: keeps the loop')
  return Math.round(iterations / (used.user + used.system))
}
