import { randomFrom } from '../support/random.ts'
import { storedDifference } from './expected-stored.ts'
import { ChaosInput, ITEMS, USERS } from './input.ts'
import { chaosJob, ordered } from './job.ts'
import { allSeries, views } from './store-sinks.ts'
import type { Subject } from './subject.ts'
import { inputs, PARTITIONS } from './topics.ts'

/** Every kind of state, over bad and late input. */
export const chaosSubject: Subject = {
  job: chaosJob,
  module: { module: new URL('job.ts', import.meta.url).href, export: 'chaosJob' },
  inputs,
  partitions: PARTITIONS,
  orderIn: topic => (ordered.includes(topic) ? 'partition' : 'none'),
  views: views.map(view => ({ view, entities: view.entity === 'user' ? USERS : ITEMS })),
  series: allSeries,
  input: seed => new ChaosInput(randomFrom(seed)),
  faultIn: storedDifference,
}
