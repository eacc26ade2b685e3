import type { AvroSchema } from './codec/avro/type.ts'
import type { ErrorPlace } from './errors.ts'
import { HeadraceError } from './errors.ts'

/** The schema of an output topic's values, as it is to be known to whoever reads them. */
export interface OutputSchema {
  readonly topic: string
  /** What the job says it is registered under; null leaves that to the deployment. */
  readonly subject: string | null
  /** The full name of the record. */
  readonly record: string
  readonly schema: AvroSchema
}

/** A writer's schema; an error where there is one that is of no use to a reader of Avro. */
export type WriterSchema = AvroSchema | HeadraceError

/** Where the schemas are kept that values name by a number: a schema registry, or what stands for one. */
export interface SchemaRegistry {
  /** The number for the values of an output. A schema that may not be written there is an error. */
  idOf(output: OutputSchema): Promise<number>
  /** The schema that values with this number were written with; undefined where nobody knows it, for now. */
  byId(id: number): WriterSchema | undefined | Promise<WriterSchema | undefined>
  /** What a worker thread loads to have one of its own. Without it the job cannot be spread over threads. */
  readonly module?: SchemaRegistryModule
}

/** A module whose `openSchemaRegistry` gives a registry. Plain data. */
export interface SchemaRegistryModule {
  readonly url: string
  readonly options: unknown
}

export function needRegistry(registry: SchemaRegistry | undefined, place: ErrorPlace): SchemaRegistry {
  if (registry !== undefined) return registry
  const message = 'the topic has its schemas in a schema registry, and none is configured'
  throw new HeadraceError('HR_REGISTRY_MISSING', message, place)
}
