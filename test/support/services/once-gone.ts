import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** Waits for a line or for the end of the input, which comes when the process that holds the pipe has ended. */
const waiter = 'read -r line || "$@"'

/**
 * Runs a command when this process has ended, however it ended: also by SIGKILL. The function it gives calls that off.
 * Neither holds this process up.
 */
export function onceGone(command: readonly string[]): () => void {
  // A group of its own: Ctrl-C in a terminal ends this process alone, and then comes the command.
  const child = spawn('sh', ['-c', waiter, 'once-gone', ...command], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.unref()
  const pipe = child.stdin as Socket
  pipe.unref()
  pipe.on('error', () => undefined)
  return () => pipe.end('never mind\n')
}
