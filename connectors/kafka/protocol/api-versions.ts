import type { KafkaRequest } from './request.ts'

/** The versions of a request that a broker speaks, both included, by the request's number. */
export type ApiVersions = ReadonlyMap<number, { readonly from: number; readonly to: number }>

export const apiVersionsApi = 18

/** Asked in the version that every broker answers, so that there is nothing to agree on before. */
export function apiVersions(): KafkaRequest<{ error: number; versions: ApiVersions }> {
  return {
    name: 'ApiVersions',
    api: apiVersionsApi,
    version: 0,
    flexible: false,
    write() {},
    read(from) {
      const error = from.i16()
      const rows = from.array(() => ({ api: from.i16(), from: from.i16(), to: from.i16() }))
      return { error, versions: new Map(rows.map(row => [row.api, { from: row.from, to: row.to }])) }
    },
  }
}
