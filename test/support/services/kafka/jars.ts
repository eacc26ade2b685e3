import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromMaven } from '../maven.ts'

export const kafkaVersion = process.env.KAFKA_VERSION ?? '4.1.2'

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const pom = fileURLToPath(new URL('pom.xml', import.meta.url))

/** The directory of the jars. */
export function kafkaJars(): Promise<string> {
  const contents = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  const goal = ['--file', pom, plugin, `-Dkafka.version=${kafkaVersion}`, '-DincludeScope=runtime']
  return fromMaven(`kafka-${kafkaVersion}-${contents}`, goal)
}
