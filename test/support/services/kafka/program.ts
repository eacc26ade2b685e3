import { inContainers, programBy, programFile } from '../program.ts'
import { kafkaVersion } from './jars.ts'
import { javaWithKafka, kafkaOptions } from './java.ts'

/** A broker's programs, which take a class and its arguments. */
export const kafkaProgram = programBy(
  async () => programFile('java', ...(await javaWithKafka())),
  inContainers(`apache/kafka:${kafkaVersion}`, 'java', ...kafkaOptions, '-cp', '/opt/kafka/libs/*'),
)
