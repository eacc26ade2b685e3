import path from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { runCli } from '../../cli/cli.ts'
import { round } from '../workloads.ts'

/** Replays a job as the command does, in a process of its own: what that takes, from before the job is loaded. */
const [file, history, out, workers] = process.argv.slice(2) as [string, string, string, string]
const [printed, said] = [new PassThrough(), new PassThrough()]
const io = { in: process.stdin, out: printed, err: said, env: {}, cwd: path.dirname(file) }
await import(pathToFileURL(file).href)
const startCpu = process.cpuUsage()
const start = performance.now()
const code = await runCli(
  ['replay', file, '--data', history, '--out', out, '--workers', workers, '--json'],
  io,
)
const wallSeconds = round((performance.now() - start) / 1000)
const { user, system } = process.cpuUsage(startCpu)
printed.end()
said.end()
if (code !== 0) process.stderr.write(await text(said))
const cpuSecondsMeasured = round((user + system) / 1e6)
const peakRssMB = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(JSON.stringify({ wallSeconds, cpuSecondsMeasured, peakRssMB }))
