import { lockDirectory } from '../../engine/files/dir-lock.ts'

/** A process of its own that locks a directory and holds it until it is killed or its input ends. */
const lock = lockDirectory(process.argv[2])
process.stdout.write('locked\n')
process.stdin.resume()
process.stdin.once('end', () => lock.release())
