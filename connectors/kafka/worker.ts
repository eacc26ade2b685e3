import { serveHand } from '../../engine/shared/hand-thread.ts'
import type { KafkaHomeOptions } from './config.ts'
import { KafkaHome } from './home.ts'
import { noticeText } from './notice-text.ts'

await serveHand((options, notify) =>
  KafkaHome.open(options as KafkaHomeOptions, notice => notify(noticeText(notice))),
)
