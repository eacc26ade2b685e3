import { features, job, long, sink, source } from '../../engine/index.ts'
import { count, tumbling } from '../../operators/index.ts'
import { eventTopic } from '../topics.ts'

const [events, keys] = [Number(process.env.BENCH_EVENTS), Number(process.env.BENCH_KEYS)]
const stats = features('stats', { entity: 'user', fields: { clicks: long() } })

export default job('bench-training-set', () => {
  source('events', eventTopic('avro', events, keys)).pipe(
    tumbling('w', { by: 'user', size: '10s' }, { clicks: count() }),
    sink('stats', stats),
  )
})
