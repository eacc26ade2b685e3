import { serveHand } from '../../engine/shared/hand-thread.ts'
import type { KafkaHomeOptions } from './config.ts'
import { gathered } from './gathered-notices.ts'
import { KafkaHome } from './home.ts'

await serveHand((options, notify) => KafkaHome.open(options as KafkaHomeOptions, gathered(notify)))
