import path from 'node:path'
import { scratchDirectory } from './scratch-directory.ts'
import { TetheredProcess } from './tethered-process.ts'

/** Starts a server that does nothing, says where it is, and waits. */
const directory = scratchDirectory('own-server')
const script = 'console.log(process.pid); setInterval(() => {}, 1000)'
new TetheredProcess({ command: process.execPath, args: ['-e', script] }, path.join(directory, 'log'))
process.stdout.write(directory)
process.stdin.resume()
