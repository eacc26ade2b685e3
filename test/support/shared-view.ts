import { features, long } from '../../engine/index.ts'
import { schemaOf } from '../conformance/feature-views.ts'

/** What several processes write to at the same time. */
export const sharedView = features('shared', { entity: 'user', fields: { a: long(), b: long() } })

export const sharedSchema = schemaOf(sharedView, ['a', 'b'])
