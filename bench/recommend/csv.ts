import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'

const QUOTE = 34
const COMMA = 44
const NEWLINE = 10
const RETURN = 13

/** The rows of a compressed file of comma-separated values, in which quotes are doubled; the header comes first. */
export async function* csvRows(path: string): AsyncGenerator<string[]> {
  const file = createReadStream(path)
  const text = file.pipe(createGunzip()).setEncoding('utf8')
  file.on('error', error => text.destroy(error))
  const reader = new CsvReader()
  for await (const chunk of text) yield* reader.take(chunk as string)
  yield* reader.end()
}

class CsvReader {
  private row: string[] = []
  private field = ''
  private isQuoted = false
  /** Whether the last character was a quote within quotes: it ends them, or stands for one. */
  private afterQuote = false

  /** The rows that the text ends. */
  take(chunk: string): string[][] {
    const rows: string[][] = []
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at)
      if (this.afterQuote) {
        this.afterQuote = false
        if (code === QUOTE) {
          this.field += '"'
          from = at + 1
          continue
        }
        this.isQuoted = false
      }
      if (
        this.isQuoted
          ? code !== QUOTE
          : code !== QUOTE && code !== COMMA && code !== NEWLINE && code !== RETURN
      ) {
        continue
      }
      this.field += chunk.slice(from, at)
      from = at + 1
      if (this.isQuoted) this.afterQuote = true
      else if (code === QUOTE) this.isQuoted = true
      else if (code !== RETURN) this.endField()
      if (code === NEWLINE && !this.isQuoted) rows.push(this.endRow())
    }
    this.field += chunk.slice(from)
    return rows
  }

  /** What a last line without an end holds. */
  end(): string[][] {
    if (this.field === '' && this.row.length === 0) return []
    this.endField()
    return [this.endRow()]
  }

  private endField(): void {
    this.row.push(this.field)
    this.field = ''
  }

  private endRow(): string[] {
    const { row } = this
    this.row = []
    return row
  }
}
