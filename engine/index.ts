export type { Batch } from './batch/batch.ts'
export type {
  Derivation,
  Field,
  FieldMaker,
  FieldOptions,
  Fields,
  Row,
  RowOf,
  Schema,
  ValueOf,
} from './batch/schema.ts'
export {
  array,
  bigint,
  boolean,
  bytes,
  decimal,
  double,
  float,
  int,
  long,
  nullable,
  oneOf,
  record,
  string,
  timestamp,
  vector,
} from './batch/schema.ts'
export { schemaFromAvro } from './codec/avro/import.ts'
export { avroSchema } from './codec/avro/schema.ts'
export type { AvroSchema } from './codec/avro/type.ts'
export type { ErrorCode } from './error-codes.ts'
export type { ErrorPlace } from './errors.ts'
export { HeadraceError, isHeadraceError } from './errors.ts'
export type { Stream } from './graph/build.ts'
export type { ParameterValue } from './graph/parameters.ts'
export { Rejected } from './io/rejects.ts'
export type { Job, JobOptions } from './job.ts'
export { job, late, rejected, sink, source, table } from './job.ts'
export type { Model, ModelInput, ModelOutput } from './models/model.ts'
export { model } from './models/model.ts'
export type { NumberBounds, Parametric } from './param.ts'
export { param, withParameters } from './param.ts'
export type { FeaturesOf, FeatureView } from './stores/feature-view.ts'
export { features } from './stores/feature-view.ts'
export type { Hash } from './stores/hash.ts'
export { hash } from './stores/hash.ts'
export type { Series } from './stores/series.ts'
export { series } from './stores/series.ts'
export type { Duration } from './time/duration.ts'
export type { Format, SourceOptions, Topic, TopicOptions } from './topic.ts'
export { topic } from './topic.ts'
