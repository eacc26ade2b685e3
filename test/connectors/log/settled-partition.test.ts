import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stateDirectory } from '../../../connectors/log/config.ts'
import type { LogHome } from '../../../connectors/log/home.ts'
import { openLogHome } from '../../../connectors/log/home.ts'
import { LogProducer } from '../../../connectors/log/producer.ts'
import { isHeadraceError } from '../../../engine/errors.ts'
import type { FileOps } from '../../../engine/files/files.ts'
import { diskFiles } from '../../../engine/files/files.ts'
import type { JobHome } from '../../../engine/home.ts'
import { temporaryDirectory } from '../../support/state-directory.ts'
import { batchOfTexts, readTexts } from '../../support/text-records.ts'

/** A disk that fails to publish: a commit is then decided, and nobody sees its records. */
function withoutPublishing(): FileOps {
  const ends = new Set<number>()
  const isEnd = (file: string) => path.basename(file) === 'committed'
  return {
    ...diskFiles,
    open: (file, mode) => {
      const fd = diskFiles.open(file, mode)
      if (isEnd(file)) ends.add(fd)
      else ends.delete(fd)
      return fd
    },
    write: (fd, ...rest) => {
      if (ends.has(fd)) throw Object.assign(new Error('EIO: made by the test'), { code: 'EIO' })
      return diskFiles.write(fd, ...rest)
    },
  }
}

async function homeWith(t: TestContext, ...topics: string[]): Promise<LogHome> {
  const home = openLogHome({ dir: temporaryDirectory(t) })
  for (const topic of topics) await home.createTopic(topic)
  return home
}

/** Each topic gets the text, in one commit. */
async function write(job: JobHome, topics: readonly string[], text: string): Promise<void> {
  for (const topic of topics) await job.append(topic, 0, batchOfTexts([text]))
  await job.commit({ kind: 'delta', payload: Buffer.from(text) }, [])
}

/** Ends a job in the middle of a commit: behind the decision, before anybody sees the outputs. */
async function decideOnly(
  home: LogHome,
  job: string,
  topics: readonly string[],
  text: string,
): Promise<void> {
  const failing = await openLogHome({ ...home.config, files: withoutPublishing() }).openJob(job, topics)
  await assert.rejects(write(failing, topics, text), error => isHeadraceError(error, 'HR_LOG_IO'))
  await failing.close()
}

/** Ends a job before the decision, its outputs on disk. */
async function appendOnly(home: LogHome, job: string, topic: string, text: string): Promise<void> {
  const undecided = await home.openJob(job, [topic])
  await undecided.append(topic, 0, batchOfTexts([text]))
  await undecided.close()
}

async function rows(home: LogHome, topic: string): Promise<string[]> {
  const source = await home.openSource(topic, 0)
  const found = await readTexts(source)
  source.close()
  return found
}

test('what was decided and not published is published by the next opening', async t => {
  const home = await homeWith(t, 'out')
  await decideOnly(home, 'job', ['out'], 'a')
  assert.deepEqual(await rows(home, 'out'), [])
  await (await home.openJob('job', ['out'])).close()
  assert.deepEqual(await rows(home, 'out'), ['0 a'])
})

test('also to a topic that the job no longer writes', async t => {
  const home = await homeWith(t, 'out', 'former', 'taken')
  await decideOnly(home, 'job', ['out', 'former', 'taken'], 'a')
  const producer = LogProducer.open('taken', home.config)
  const job = await home.openJob('job', ['out'])
  producer.close()
  for (const topic of ['out', 'former', 'taken']) assert.deepEqual(await rows(home, topic), ['0 a'])
  await write(job, ['out'], 'b')
  await job.close()
  const all = await home.openJob('job', ['out', 'former', 'taken'])
  await write(all, ['out', 'former', 'taken'], 'c')
  await all.close()
  assert.deepEqual(await rows(home, 'out'), ['0 a', '1 b', '2 c'])
  for (const topic of ['former', 'taken']) assert.deepEqual(await rows(home, topic), ['0 a', '1 c'])
})

test('records of other writers stay, before a job writes and between two of its runs', async t => {
  const home = await homeWith(t, 'out')
  const produce = (text: string) => {
    const producer = LogProducer.open('out', home.config)
    producer.append(0, batchOfTexts([text]))
    producer.commit()
    producer.append(0, batchOfTexts(['not committed']))
    producer.close()
  }
  produce('before')
  await appendOnly(home, 'job', 'out', 'not committed')
  const job = await home.openJob('job', ['out'])
  await write(job, ['out'], 'first')
  await job.close()
  produce('between')
  await appendOnly(home, 'other', 'out', 'not committed')
  const again = await home.openJob('job', ['out'])
  await write(again, ['out'], 'last')
  await again.close()
  assert.deepEqual(await rows(home, 'out'), ['0 before', '1 first', '2 between', '3 last'])
})

test('another writer publishes first what a crashed job had decided, and nothing else of it', async t => {
  const home = await homeWith(t, 'out')
  await decideOnly(home, 'job', ['out'], 'decided')
  const other = await home.openJob('other', ['out'])
  assert.deepEqual(await rows(home, 'out'), ['0 decided'])
  await write(other, ['out'], 'other')
  await other.close()
  await appendOnly(home, 'other', 'out', 'not committed')
  LogProducer.open('out', home.config).close()
  const job = await home.openJob('job', ['out'])
  assert.deepEqual(
    [...job.restore()].map(record => String(Buffer.from(record.payload))),
    ['decided'],
  )
  await write(job, ['out'], 'next')
  await job.close()
  assert.deepEqual(await rows(home, 'out'), ['0 decided', '1 other', '2 next'])
})

test('the state of a crashed job being gone, what it published stays and the rest goes', async t => {
  const home = await homeWith(t, 'out')
  const job = await home.openJob('job', ['out'])
  await write(job, ['out'], 'published')
  await job.close()
  await decideOnly(home, 'job', ['out'], 'decided')
  rmSync(stateDirectory(home.config.dir, 'job'), { recursive: true })
  LogProducer.open('out', home.config).close()
  assert.deepEqual(await rows(home, 'out'), ['0 published'])
})

test('state older than the outputs, as from a backup, is refused', async t => {
  const home = await homeWith(t, 'out')
  const state = stateDirectory(home.config.dir, 'job')
  const job = await home.openJob('job', ['out'])
  await write(job, ['out'], 'a')
  await job.close()
  cpSync(state, `${state}-backup`, { recursive: true })
  const later = await home.openJob('job', ['out'])
  await write(later, ['out'], 'b')
  await later.close()
  rmSync(state, { recursive: true })
  cpSync(`${state}-backup`, state, { recursive: true })
  await assert.rejects(home.openJob('job', ['out']), error => isHeadraceError(error, 'HR_LOG_PUBLISHED'))
  assert.deepEqual(await rows(home, 'out'), ['0 a', '1 b'])
})
