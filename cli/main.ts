import { runCli } from './cli.ts'
import { processIo } from './io.ts'

// A reader that has seen enough, as `head`, closes the pipe: there is nobody left to write to.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runCli(process.argv.slice(2), processIo)
