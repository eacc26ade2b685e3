import type { WorkloadOptions } from './workloads.ts'
import { runWorkload } from './workloads.ts'

/** One workload in a process of its own: memory and warm code of one must not help or hurt the next. */
const options = JSON.parse(process.argv[2] as string) as WorkloadOptions
process.stdout.write(JSON.stringify(await runWorkload(options)))
