import { avroSchema } from './codec/avro/schema.ts'
import { valueSchema } from './codec/formats.ts'
import type { ErrorPlace } from './errors.ts'
import { isHeadraceError } from './errors.ts'
import type { Plan } from './graph/plan.ts'
import type { SchemaRegistry } from './schema-registry.ts'
import { needRegistry } from './schema-registry.ts'
import type { TopicSpec } from './topic.ts'

/** The plan with the number of its schema for each sink that takes it from the registry: all are known then, or none is written. */
export async function withSchemaIds(plan: Plan, registry: SchemaRegistry | undefined): Promise<Plan> {
  const stages = []
  for (const stage of plan.stages) {
    const terminals = []
    for (const { id, source } of stage.inputs) {
      if (source.registry !== null)
        needRegistry(registry, { job: plan.job.name, step: id, topic: source.name })
    }
    for (const terminal of stage.terminals) {
      const place = { job: plan.job.name, step: terminal.id, topic: terminal.topic.name }
      terminals.push({ ...terminal, topic: await withSchemaId(terminal.topic, registry, place) })
    }
    stages.push({ ...stage, terminals })
  }
  return { ...plan, stages }
}

/** A topic to write to, with the number of its schema. */
export async function withSchemaId<S extends TopicSpec>(
  spec: S,
  registry: SchemaRegistry | undefined,
  place: ErrorPlace = { topic: spec.name },
): Promise<S> {
  if (spec.registry === null) return spec
  const { subject } = spec.registry
  const schema = valueSchema(spec)
  const output = { topic: spec.name, subject, record: schema.name, schema: avroSchema(schema) }
  try {
    return { ...spec, schemaId: await needRegistry(registry, place).idOf(output) }
  } catch (error) {
    throw isHeadraceError(error) ? error.within(place) : error
  }
}
