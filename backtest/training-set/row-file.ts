import type { Schema } from '../../engine/batch/schema.ts'
import type { OutputFile } from './output-file.ts'

/** A file that columns are written to, some rows at a time. */
export interface RowFile {
  write(columns: readonly unknown[][]): Promise<void>
  /** Writes what has to be at its end. */
  finish(): Promise<void>
}

const formats: Readonly<Record<string, (out: OutputFile, schema: Schema) => Promise<RowFile>>> = {
  '.parquet': async (out, schema) => new (await import('./parquet-file.ts')).ParquetFile(out, schema),
  '.arrow': async (out, schema) => new (await import('./arrow-file.ts')).ArrowFile(out, schema),
}

/** The endings of the files that can be written. */
export const fileEndings: readonly string[] = Object.keys(formats)

/** By the ending of its name, which is one of those. */
export function openRowFile(ending: string, out: OutputFile, schema: Schema): Promise<RowFile> {
  return formats[ending](out, schema)
}
