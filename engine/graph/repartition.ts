import type { OperatorFunction } from 'rxjs'
import type { Batch } from '../batch/batch.ts'
import { makeSchema } from '../batch/schema.ts'
import { HeadraceError } from '../errors.ts'
import { limits } from '../limits.ts'
import type { SourceSpec } from '../topic.ts'
import { currentBuild } from './build.ts'
import { shared } from './operator.ts'

export interface RepartitionOptions<T> {
  /** What the rows are spread by: a column, or a lambda. */
  readonly by: (keyof T & string) | ((row: T) => string | number | bigint | Uint8Array | null)
  /** Partitions of the internal topic, and so tasks of the next stage: as many as this stage has, unless said otherwise. */
  readonly partitions?: number
}

/**
 * Brings rows with the same key together, through an internal topic: cuts the job into stages that scale on
 * their own. Each row keeps its event time and the watermark of its origin.
 */
export function repartition<T>(
  id: string,
  options: RepartitionOptions<T>,
): OperatorFunction<Batch<T>, Batch<T>> {
  const { by, partitions } = options
  if (
    partitions !== undefined &&
    (!Number.isInteger(partitions) || partitions < 1 || partitions > limits.partitions)
  ) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `partitions of "${id}" is ${partitions}: 1 to ${limits.partitions}`,
    )
  }
  return stream => {
    const build = currentBuild('repartition')
    const spec: SourceSpec = {
      name: `${build.job}.${id}.repartition`,
      schema: makeSchema(id, {}),
      format: 'avro',
      schemaId: null,
      registry: null,
      key: by as SourceSpec['key'],
      fromKey: null,
      time: null,
      latenessMs: 0,
      idleAfterMs: Number.POSITIVE_INFINITY,
      maxFutureMs: Number.POSITIVE_INFINITY,
      table: false,
      onBad: 'fail',
    }
    build.addTerminal({
      id,
      kind: 'repartition',
      topic: spec,
      stream,
      ...(partitions !== undefined && { partitions }),
    })
    const reading = `${id}.read`
    return shared<T>(build, reading, out => {
      build.connect({ id: reading, kind: 'repartition', upstream: new Set([id]), detail: spec.name }, () => {
        build.inputs.set(reading, { id: reading, source: spec, batches: out as never, from: id })
      })
      return () => build.inputs.delete(reading)
    })
  }
}
