import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MissingError } from '../missing.ts'
import { kafkaJars } from './jars.ts'

const JAVA_VERSION_MIN = 17

/** Starts fast and stays small: what the tests ask of a broker is little. */
export const javaOptions = [
  ...['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'],
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
]

let found: Promise<readonly string[]> | undefined

/** The arguments with which this machine's Java finds what is Kafka's. */
export function javaWithKafka(): Promise<readonly string[]> {
  found ??= find()
  return found
}

/** The arguments with which it runs a source file of this folder. */
export async function javaSource(name: string, ...args: readonly string[]): Promise<readonly string[]> {
  return [...(await javaWithKafka()), fileURLToPath(new URL(name, import.meta.url)), ...args]
}

async function find(): Promise<readonly string[]> {
  const { stderr } = await promisify(execFile)('java', ['-version']).catch(error => {
    throw new MissingError('there is no Java', { cause: error })
  })
  const version = Number(/version "(?<major>\d+)/.exec(stderr)?.groups?.major)
  if (!(version >= JAVA_VERSION_MIN)) throw new MissingError(`Java is older than ${JAVA_VERSION_MIN}`)
  return [...javaOptions, '-cp', path.join(await kafkaJars(), '*')]
}
