import { readFileSync } from 'node:fs'
import { root } from './source-tree.ts'

export interface Graph {
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number }
  readonly targets: readonly { readonly query?: string; readonly expr?: string }[]
  readonly fieldConfig: { readonly defaults: { readonly unit?: string; readonly displayName?: string } }
}

/** As much of a dashboard of Grafana's as tests look at. */
export interface Dashboard {
  readonly uid: string
  readonly panels: readonly Graph[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] }
}

export function readDashboard(name: string): Dashboard {
  return JSON.parse(readFileSync(`${root}deploy/grafana/generated/${name}.json`, 'utf8'))
}

/** Its panels, without the headings of rows. */
export function graphsOf({ panels }: Dashboard): readonly Graph[] {
  return panels.filter(({ type }) => type !== 'row')
}
