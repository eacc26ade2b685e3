import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** An empty directory that is removed when this process has ended, however it ends. */
export function scratchDirectory(name: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `headrace-${name}-`))
  // A server that dies with us may still write for a moment: once more, then.
  const remove = 'cat; rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }'
  const child = spawn('sh', ['-c', remove, 'remove', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.unref()
  const pipe = child.stdin as Socket
  pipe.unref()
  return directory
}
