import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { MissingError } from './missing.ts'

const JAVA_VERSION_MIN = 17

/** Starts fast and stays small: what the tests ask of a server is little. */
export const javaOptions = [
  '-Xms128m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
]

export async function requireJava(): Promise<void> {
  const { stderr } = await promisify(execFile)('java', ['-version']).catch(error => {
    throw new MissingError('there is no Java', { cause: error })
  })
  const version = Number(/version "(?<major>\d+)/.exec(stderr)?.groups?.major)
  if (!(version >= JAVA_VERSION_MIN)) throw new MissingError(`Java is older than ${JAVA_VERSION_MIN}`)
}
