import type { BatchArena } from '../../batch/arena.ts'
import type { Column } from '../../batch/columns.ts'
import type { Schema } from '../../batch/schema.ts'
import { limits } from '../../limits.ts'
import type { SchemaRegistry, WriterSchema } from '../../schema-registry.ts'
import type { BadRecords, EncodedRows, RowDecoder } from '../codec.ts'
import { dataViewOf } from '../data-view.ts'
import { avroDecoder, isFramed } from './decode.ts'

/** Decodes values by the schemas that they name, which are fetched before the rows are looked at. */
export class RegisteredDecoder implements RowDecoder {
  private readonly registry: SchemaRegistry
  private readonly decoder: RowDecoder
  private readonly known = new Map<number, WriterSchema>()

  constructor(reader: Schema, registry: SchemaRegistry) {
    this.registry = registry
    this.decoder = avroDecoder(reader, { framing: 'confluent', writerById: id => this.known.get(id) })
  }

  prepare(input: EncodedRows): void | Promise<void> {
    let missing = this.missing(input)
    if (missing.size === 0) return
    if (this.known.size + missing.size > limits.writerSchemas) {
      this.known.clear()
      missing = this.missing(input)
    }
    return this.fetch(missing)
  }

  decode(
    input: EncodedRows,
    wanted: readonly boolean[],
    arena: BatchArena,
    bad: BadRecords,
  ): (Column | null)[] {
    return this.decoder.decode(input, wanted, arena, bad)
  }

  private missing(input: EncodedRows): ReadonlySet<number> {
    const found = new Set<number>()
    const view = dataViewOf(input.bytes)
    let last = Number.NaN
    for (let row = 0; row < input.rows; row++) {
      if (!isFramed(input, row)) continue
      const id = view.getInt32(input.start[row] + 1)
      if (id !== last && !this.known.has(id)) found.add(id)
      last = id
    }
    return found
  }

  /** One that nobody knows is asked for again with the next rows: somebody may have registered it. */
  private async fetch(ids: ReadonlySet<number>): Promise<void> {
    for (const id of ids) {
      const schema = await this.registry.byId(id)
      if (schema !== undefined) this.known.set(id, schema)
    }
  }
}
