import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { javaOptions, requireJava } from '../java.ts'
import { kafkaJars } from './jars.ts'

export const kafkaOptions = [...javaOptions, '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']

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
  await requireJava()
  return [...kafkaOptions, '-cp', path.join(await kafkaJars(), '*')]
}
