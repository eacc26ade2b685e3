import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { MissingError } from '../missing.ts'
import type { ServerCommand } from '../tethered-process.ts'
import { kafkaVersion } from './jars.ts'
import { javaWithKafka, kafkaOptions } from './java.ts'

/** How a broker's programs run, given class and arguments; a container sees this directory alone of all the files. */
export type KafkaProgram = (directory: string, args: readonly string[]) => ServerCommand

const run = promisify(execFile)

let found: Promise<KafkaProgram> | undefined

export function kafkaProgram(): Promise<KafkaProgram> {
  found ??= find()
  return found
}

async function find(): Promise<KafkaProgram> {
  const reasons: string[] = []
  for (const way of [onThisMachine, inContainers]) {
    try {
      return await way()
    } catch (error) {
      if (!(error instanceof MissingError)) throw error
      reasons.push(error.message)
    }
  }
  throw new MissingError(reasons.join('; '))
}

async function onThisMachine(): Promise<KafkaProgram> {
  const java = await javaWithKafka()
  return (_directory, args) => ({ command: 'java', args: [...java, ...args] })
}

async function inContainers(): Promise<KafkaProgram> {
  await run('docker', ['info']).catch(error => {
    throw new MissingError('there is no Docker', { cause: error })
  })
  const image = `apache/kafka:${kafkaVersion}`
  await run('docker', ['pull', '--quiet', image]).catch(error => {
    throw new MissingError(`Docker cannot fetch ${image}`, { cause: error })
  })
  return (directory, args) => {
    const container = `headrace-kafka-${randomUUID()}`
    const place = [
      '--network',
      'host',
      '--user',
      `${process.getuid?.()}`,
      '--volume',
      `${directory}:${directory}`,
    ]
    const java = [image, 'java', ...kafkaOptions, '-cp', '/opt/kafka/libs/*', ...args]
    return { command: 'docker', args: ['run', '--rm', '--name', container, ...place, ...java], container }
  }
}
