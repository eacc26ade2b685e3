import { runCli } from '../../cli/cli.ts'

/** A process of its own that runs a command line, and says what that cost. */
const [begun, before] = [performance.now(), process.cpuUsage()]
const io = {
  in: process.stdin,
  out: process.stderr,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
}
const code = await runCli(process.argv.slice(2), io)
const { user, system } = process.cpuUsage(before)
const wallSeconds = (performance.now() - begun) / 1000
const peakRssMB = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(
  JSON.stringify({ code, cpuSecondsMeasured: (user + system) / 1e6, wallSeconds, peakRssMB }),
)
