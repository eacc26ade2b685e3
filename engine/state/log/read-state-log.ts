import type { FileOps } from '../../files/files.ts'
import { diskFiles, systemCode } from '../../files/files.ts'
import type { OpenGeneration } from './generations.ts'
import { Generations, stateKinds } from './generations.ts'
import { stateFault } from './state-faults.ts'
import type { StateRecord } from './state-log.ts'

/** A job at work may start a new file while one looks for the newest. */
const attempts = 3

/** What a state log holds for a restore, read without its lock: also while a job writes to it. */
export function readStateLog(directory: string, files: FileOps = diskFiles): StateRecord[] {
  const opened = look(directory, files)
  if (opened === undefined) return []
  const { file, scan } = opened
  try {
    const from = scan.frames.findLastIndex(frame => frame.kind === stateKinds.snapshot)
    return scan.frames.slice(Math.max(0, from)).map(({ kind, position }) => ({
      kind: kind === stateKinds.snapshot ? 'snapshot' : 'delta',
      payload: file.read(position).payload,
    }))
  } finally {
    file.close()
  }
}

function look(directory: string, files: FileOps): OpenGeneration | undefined {
  for (let attempt = 1; ; attempt++) {
    try {
      return new Generations(directory, files, false).look()
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || attempt === attempts) throw stateFault(error, directory)
    }
  }
}
