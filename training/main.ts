import type { Notice } from '../connectors/kafka/config.ts'
import { KafkaHome } from '../connectors/kafka/home.ts'
import { noticeText } from '../connectors/kafka/notice-text.ts'
import { openLogHome } from '../connectors/log/home.ts'
import { HeadraceError } from '../engine/errors.ts'
import type { TopicHome } from '../engine/home.ts'
import type { GeneratedShop } from './generated-shop.ts'
import { generatedShop } from './generated-shop.ts'
import { parseOptions, usage } from './options.ts'
import { reportLines } from './report.ts'
import { trainShop } from './train-shop.ts'

async function main(): Promise<void> {
  const { help, json, data, brokers, events, rate, ...options } = parseOptions(
    process.argv.slice(2),
    process.env,
  )
  if (help) {
    process.stdout.write(usage)
    return
  }
  const begun = performance.now()
  const history = await historyOf(data, brokers, { events, perSecond: rate, seed: options.seed })
  const trained = await trainShop({ ...options, history })
  const seconds = Math.round((performance.now() - begun) / 100) / 10
  await history.close()
  const lines = json
    ? [JSON.stringify({ ...trained, seconds })]
    : [...reportLines(trained), '', `${seconds} s`]
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function historyOf(
  data: string | undefined,
  brokers: readonly string[] | undefined,
  generated: GeneratedShop,
): Promise<TopicHome> {
  if (brokers !== undefined) {
    const tell = (notice: Notice) => process.stderr.write(`${noticeText(notice)}\n`)
    return KafkaHome.open({ brokers }, tell)
  }
  return data === undefined ? generatedShop(generated) : openLogHome({ dir: data })
}

try {
  await main()
} catch (error) {
  if (!(error instanceof HeadraceError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.code === 'HR_USAGE' ? 2 : 1
}
