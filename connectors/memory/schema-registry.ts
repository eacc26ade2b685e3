import type { AvroSchema } from '../../engine/codec/avro/type.ts'
import type { OutputSchema, SchemaRegistry } from '../../engine/schema-registry.ts'

/** The schemas that were asked for, numbered from 1: for tests. It takes any schema anywhere. */
export class MemorySchemaRegistry implements SchemaRegistry {
  private readonly texts: string[] = []

  async idOf({ schema }: Pick<OutputSchema, 'schema'>): Promise<number> {
    const text = JSON.stringify(schema)
    if (!this.texts.includes(text)) this.texts.push(text)
    return this.texts.indexOf(text) + 1
  }

  byId(id: number): AvroSchema | undefined {
    const text = this.texts[id - 1]
    return text === undefined ? undefined : JSON.parse(text)
  }
}
