import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onceGone } from './once-gone.ts'

/** A server that ends with us may still write for a moment: once more, then. */
const remove = 'rm -rf -- "$1" || { sleep 1; rm -rf -- "$1"; }'

/** An empty directory that is removed when this process has ended, however it ended. */
export function scratchDirectory(name: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `headrace-${name}-`))
  onceGone(['sh', '-c', remove, 'remove', directory])
  return directory
}
