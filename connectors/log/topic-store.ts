import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { HeadraceError, messageOf } from '../../engine/errors.ts'
import { diskFiles, replaceFile, systemCode } from '../../engine/files/files.ts'
import { logFileError, withLogErrors } from './log-errors.ts'
import { PublishedEnd } from './published-end.ts'
import type { Retention } from './retention.ts'

export interface TopicOptions extends Partial<Retention> {
  readonly partitions?: number
  readonly segmentBytes?: number
  /** The first offset of each partition, where that is not 0. */
  readonly starts?: readonly number[]
}

export interface TopicMeta extends Retention {
  /** Of the directory's layout. */
  readonly formatVersion: 1
  readonly partitions: number
  readonly segmentBytes: number
  readonly createdMs: number
}

const legalName = /^[a-zA-Z0-9._-]{1,249}$/
const maxPartitions = 10_000
const metaFile = 'meta.json'
/** Not a legal name, so that a creation or a deletion that a crash cut short is no topic. */
const unfinished = '~new-'

export function topicDirectory(dataDirectory: string, topic: string): string {
  assertTopicName(topic)
  return path.join(dataDirectory, 'log', topic)
}

export function partitionDirectory(dataDirectory: string, topic: string, partition: number): string {
  return path.join(topicDirectory(dataDirectory, topic), String(partition))
}

/** Creates a topic whole or not at all. */
export function createTopic(
  dataDirectory: string,
  topic: string,
  options: TopicOptions = {},
  nowMs: number = Date.now(),
): TopicMeta {
  const directory = topicDirectory(dataDirectory, topic)
  const meta = newTopicMeta(options, nowMs)
  return withLogErrors(directory, () => {
    const parent = path.dirname(directory)
    diskFiles.makeDirectory(parent)
    const fresh = path.join(parent, `${unfinished}${randomUUID()}`)
    try {
      for (let partition = 0; partition < meta.partitions; partition++) {
        const directory = path.join(fresh, String(partition))
        diskFiles.makeDirectory(directory)
        const published = PublishedEnd.openOrCreate(diskFiles, directory)
        const start = options.starts?.[partition] ?? 0
        if (start > 0) published.write(start, start, true)
        published.close()
      }
      replaceFile(diskFiles, path.join(fresh, metaFile), Buffer.from(`${JSON.stringify(meta, null, 2)}\n`))
      renameTopic(fresh, directory, topic)
    } catch (error) {
      fs.rmSync(fresh, { recursive: true, force: true })
      throw error
    }
    diskFiles.syncDirectory(parent)
    return meta
  })
}

/** Deletes a topic, whole or not at all; nobody may be writing it. */
export function deleteTopic(dataDirectory: string, topic: string): void {
  const directory = topicDirectory(dataDirectory, topic)
  const gone = path.join(path.dirname(directory), `${unfinished}${randomUUID()}`)
  withLogErrors(directory, () => {
    fs.renameSync(directory, gone)
    fs.rmSync(gone, { recursive: true })
  })
}

/** The names of all topics, sorted. */
export function listTopics(dataDirectory: string): string[] {
  const directory = path.join(dataDirectory, 'log')
  return withLogErrors(directory, () => {
    if (!fs.existsSync(directory)) return []
    const isTopic = (name: string) =>
      legalName.test(name) && fs.existsSync(path.join(directory, name, metaFile))
    return fs.readdirSync(directory).filter(isTopic).sort()
  })
}

export function describeTopic(dataDirectory: string, topic: string): TopicMeta {
  const file = path.join(topicDirectory(dataDirectory, topic), metaFile)
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw logFileError(error, file)
    throw new HeadraceError('HR_TOPIC_UNKNOWN', `no topic in ${dataDirectory}`, { topic, cause: error })
  }
  return parseMeta(text, topic, file)
}

function assertTopicName(topic: string): void {
  if (legalName.test(topic) && topic !== '.' && topic !== '..') return
  throw new HeadraceError('HR_TOPIC_NAME', `${JSON.stringify(topic)} cannot name a topic`)
}

/** What is kept of a topic, every option in range. */
export function newTopicMeta(options: TopicOptions, createdMs: number): TopicMeta {
  const { partitions = 1, segmentBytes = 256 << 20, retentionMs = -1, retentionBytes = -1 } = options
  assertWhole('partitions', partitions, 1, maxPartitions)
  assertWhole('segmentBytes', segmentBytes, 1, 2 ** 31 - 1)
  assertWhole('retentionMs', retentionMs, -1, Number.MAX_SAFE_INTEGER)
  assertWhole('retentionBytes', retentionBytes, -1, Number.MAX_SAFE_INTEGER)
  return { formatVersion: 1, partitions, segmentBytes, retentionMs, retentionBytes, createdMs }
}

function assertWhole(key: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new HeadraceError('HR_CONFIG_INVALID', `${key} ${value}: allowed are ${least} to ${most}`)
}

/** A directory cannot be renamed over one with something in it, so of two creators one fails. */
function renameTopic(fresh: string, directory: string, topic: string): void {
  try {
    fs.renameSync(fresh, directory)
  } catch (error) {
    const taken = ['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM'].includes(systemCode(error) ?? '')
    if (!taken || !fs.existsSync(directory)) throw error
    throw new HeadraceError('HR_TOPIC_EXISTS', 'nothing was created', { topic, cause: error })
  }
}

function parseMeta(text: string, topic: string, file: string): TopicMeta {
  try {
    const { formatVersion, createdMs, ...options } = JSON.parse(text)
    if (formatVersion !== 1) throw new Error(`format version ${formatVersion}, known is 1`)
    return newTopicMeta(options, createdMs)
  } catch (error) {
    throw new HeadraceError('HR_LOG_CORRUPT', `cannot read it: ${messageOf(error)}`, {
      topic,
      file,
      cause: error,
    })
  }
}
