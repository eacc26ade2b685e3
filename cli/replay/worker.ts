import { replayedServices } from '../../backtest/replayed-services.ts'
import { openLogHome } from '../../connectors/log/home.ts'
import type { TopicHome } from '../../engine/home.ts'
import { ReplayHome } from '../../engine/replay/replay-home.ts'
import { serveRounds } from '../../engine/replay/rounds/serve-rounds.ts'
import { readOnly } from './history.ts'
import type { ThreadPlaces } from './threads.ts'

serveRounds(async ({ options, services, stopped, notify }) => {
  const { history, results, part } = options as ThreadPlaces
  const home = new ReplayHome({
    history: await openHistory(history, notify),
    results: openLogHome(results),
    ranges: part.ranges,
    stopped,
  })
  return { home, services: replayedServices(services, part), close: () => home.close() }
})

async function openHistory(
  history: ThreadPlaces['history'],
  notify: (message: string) => void,
): Promise<TopicHome> {
  if ('log' in history) return openLogHome(history.log)
  const { KafkaPlace } = await import('../place/kafka-place.ts')
  const { noticeText } = await import('../../connectors/kafka/notice-text.ts')
  const place = await KafkaPlace.open(history.kafka, notice => notify(noticeText(notice)))
  return { ...readOnly(place), close: () => place.close() }
}
