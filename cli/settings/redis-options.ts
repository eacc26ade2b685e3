import type { RedisOptions, RedisTls } from '../../connectors/redis/config.ts'
import { placeOf } from '../../connectors/redis/config.ts'
import { needAddress } from './need-address.ts'
import { pemFiles } from './pem-file.ts'
import { redisSettings } from './redis.ts'
import type { ValueOf } from './setting.ts'

type Settings = typeof redisSettings
export type RedisValues = { readonly [K in keyof Settings]: ValueOf<Settings[K]> }

/** What the single settings come to, if there is a Redis. What contradicts itself fails. */
export function redisOptionsOf(values: RedisValues): RedisOptions | undefined {
  if (!needAddress(redisSettings, values, ['redis.url', 'redis.cluster'])) return undefined
  const options: RedisOptions = {
    url: values['redis.url'],
    cluster: values['redis.cluster'],
    username: values['redis.username'],
    password: values['redis.password'],
    tls: tlsOf(values),
    keyPrefix: values['redis.keyPrefix'],
    expiry: values['redis.expiry'],
  }
  placeOf(options)
  return options
}

function tlsOf(values: RedisValues): boolean | RedisTls | undefined {
  const files = pemFiles(redisSettings, values, 'redis')
  const { 'redis.passphrase': passphrase, 'redis.servername': servername } = values
  const tls = { ...files, ...(passphrase && { passphrase }), ...(servername && { servername }) }
  return Object.keys(tls).length === 0 ? values['redis.tls'] : tls
}
