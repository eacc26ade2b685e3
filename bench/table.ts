import type { WorkloadResult } from './workloads.ts'

export function printHead(): void {
  process.stdout.write(
    'workload  encoding  guarantee  workers        N        K  M ev/CPU s  wall s   CPU s  RSS MB   outputs  calibration  ok\n',
  )
}

export function printRow(row: WorkloadResult): void {
  const cells = [
    row.workload.padEnd(8),
    row.encoding.padEnd(8),
    row.guarantee.padEnd(9),
    String(row.workers).padStart(7),
    String(row.N).padStart(8),
    String(row.K).padStart(8),
    (row.eventsPerCpuSecond / 1e6).toFixed(2).padStart(10),
    row.wallSeconds.toFixed(2).padStart(7),
    row.cpuSecondsMeasured.toFixed(2).padStart(7),
    String(row.peakRssMB).padStart(7),
    String(row.outputs).padStart(9),
    row.calibration.join('/').padStart(12),
    row.ok ? 'ok' : 'NOT OK',
  ]
  process.stdout.write(`${cells.join('  ')}\n`)
}

/** A result of few fields, one a line. */
export function printFields(result: object): void {
  const entries = Object.entries(result)
  const width = Math.max(...entries.map(([name]) => name.length))
  for (const [name, value] of entries) process.stdout.write(`${name.padEnd(width)}  ${value}\n`)
}
