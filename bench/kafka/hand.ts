import { KafkaHome } from '../../connectors/kafka/home.ts'
import { noticeText } from '../../connectors/kafka/notice-text.ts'
import { serveHand } from '../../engine/shared/hand-thread.ts'
import type { MeteredHome } from './meter.ts'
import { Meter, metered } from './meter.ts'

await serveHand(async (options, notify) => {
  const { home, input, memory } = options as MeteredHome
  const opened = await KafkaHome.open(home, notice => notify(noticeText(notice)))
  return metered(opened, new Meter(memory), input)
})
