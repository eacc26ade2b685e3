import type { SchemaElement } from 'hyparquet-writer'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Field, Schema } from '../../engine/batch/schema.ts'
import type { OutputFile } from './output-file.ts'
import type { RowFile } from './row-file.ts'

/** Parquet: each write is a row group. */
export class ParquetFile implements RowFile {
  private readonly out: OutputFile
  private readonly schema: Schema
  private readonly bytes = new ByteWriter()
  private readonly writer: ParquetWriter

  constructor(out: OutputFile, schema: Schema) {
    this.out = out
    this.schema = schema
    const columns = schema.names.flatMap(name => elementsOf(name, schema.fields[name]))
    const root = { name: 'root', num_children: schema.names.length }
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: [root, ...columns],
      createdBy: 'headrace',
    })
  }

  async write(columns: readonly unknown[][]): Promise<void> {
    const { names, fields } = this.schema
    const columnData = names.map((name, index) => ({
      name,
      data: parquetValues(fields[name], columns[index]),
      offsetIndex: false,
    }))
    await this.writer.write({ columnData, rowGroupSize: columns[0].length })
    this.flush()
  }

  async finish(): Promise<void> {
    await this.writer.finish()
    this.flush()
  }

  private flush(): void {
    this.out.write(this.bytes.getBytes())
    this.bytes.index = 0
  }
}

function elementsOf(name: string, field: Field): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const
  switch (field.kind) {
    case 'boolean':
      return [{ ...optional, type: 'BOOLEAN' }]
    case 'int':
      return [{ ...optional, type: 'INT32' }]
    case 'long':
    case 'bigint':
      return [{ ...optional, type: 'INT64' }]
    case 'float':
      return [{ ...optional, type: 'FLOAT' }]
    case 'double':
      return [{ ...optional, type: 'DOUBLE' }]
    case 'timestamp':
      return [{ ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }]
    case 'vector':
      return [
        { ...optional, converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'REQUIRED', type: 'FLOAT' },
      ]
    default:
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }]
  }
}

function parquetValues({ kind }: Field, values: readonly unknown[]): unknown[] {
  switch (kind) {
    case 'long':
      return values.map(value => (value === null ? null : BigInt(value as number)))
    case 'vector':
      return values.map(value => (value === null ? null : Array.from(value as Float32Array)))
    default:
      return values as unknown[]
  }
}
