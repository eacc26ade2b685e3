import type { FluxTableMetaData, ParameterizedQuery } from '@influxdata/influxdb-client'
import { HttpError } from '@influxdata/influxdb-client'
import { HeadraceError, messageOf } from '../../../engine/errors.ts'
import { refused } from '../answers.ts'
import { influxDb } from '../bucket.ts'
import type { InfluxClient } from '../client.ts'

export type FluxValue = number | bigint | string | boolean

/** A row of an answer, by the names of its columns. What is null or empty is not there: the answer's text is the same. */
export type FluxRow = Readonly<Record<string, FluxValue>>

/** Runs a query and gives all rows, of whichever table. */
export async function askFlux(client: InfluxClient, query: ParameterizedQuery): Promise<readonly FluxRow[]> {
  const { org, url } = client.options
  const db = await influxDb(client)
  try {
    return await db.getQueryApi(org).collectRows(query, rowOf)
  } catch (cause) {
    if (cause instanceof HttpError && cause.statusCode < 500 && cause.statusCode !== 429) {
      throw refused('querying', { status: cause.statusCode, text: cause.body ?? cause.message })
    }
    const message = `InfluxDB at ${url} does not answer a query: ${messageOf(cause)}`
    throw new HeadraceError('HR_STORE_UNREACHABLE', message, { cause })
  }
}

function rowOf(texts: string[], { columns }: FluxTableMetaData): FluxRow {
  const row: Record<string, FluxValue> = {}
  for (const { label, dataType, index } of columns) {
    const text = texts[index]
    if (text !== '' && text !== undefined) row[label] = parsed(text, dataType)
  }
  return row
}

function parsed(text: string, type: string): FluxValue {
  switch (type) {
    case 'boolean':
      return text === 'true'
    case 'double':
      return Number(text)
    case 'long':
    case 'unsignedLong':
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
    case 'dateTime:RFC3339':
      return Date.parse(text)
    default:
      // The server ends lines so within text too.
      return text.replaceAll('\r\n', '\n')
  }
}
