import type { InfluxOptions } from '../../connectors/influx/config.ts'
import { checkedOptions } from '../../connectors/influx/config.ts'
import { influxSettings } from './influx.ts'
import { needAddress } from './need-address.ts'
import { pemFiles } from './pem-file.ts'
import type { ValueOf } from './setting.ts'

type Settings = typeof influxSettings
export type InfluxValues = { readonly [K in keyof Settings]: ValueOf<Settings[K]> }

/** What the single settings come to, if there is an InfluxDB. What contradicts itself fails. */
export function influxOptionsOf(values: InfluxValues): InfluxOptions | undefined {
  if (!needAddress(influxSettings, values, ['influx.url'])) return undefined
  const { 'influx.retention': retentionMs, 'influx.passphrase': passphrase } = values
  const files = pemFiles(influxSettings, values, 'influx')
  return checkedOptions({
    url: String(values['influx.url']),
    token: values['influx.token'],
    username: values['influx.username'],
    password: values['influx.password'],
    org: values['influx.org'] ?? '',
    bucket: values['influx.bucket'] ?? '',
    createBucket: values['influx.createBucket']
      ? { ...(retentionMs !== undefined && { retentionMs }) }
      : undefined,
    gzip: values['influx.gzip'],
    tls: files && { ...files, ...(passphrase !== undefined && { passphrase }) },
  })
}
