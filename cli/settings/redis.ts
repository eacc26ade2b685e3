import type { Setting } from './setting.ts'
import { text, toggle, word } from './setting.ts'

/** Redis, for feature views. They stand in the configuration as `redis: { url, ... }`. */
export const redisSettings = {
  'redis.url': text(undefined, {
    about: 'as `redis://host:6379/0`, or `rediss://` with TLS; with it feature views are in Redis',
    env: 'HEADRACE_REDIS_URL',
    // An address may have a password in it.
    secret: true,
  }),
  'redis.cluster': nodes({
    about: 'some nodes of a Redis Cluster, instead of the address',
    env: 'HEADRACE_REDIS_CLUSTER',
  }),
  'redis.username': text(undefined, { about: 'a user of its ACL', env: 'HEADRACE_REDIS_USER' }),
  'redis.password': text(undefined, {
    about: 'our password',
    env: 'HEADRACE_REDIS_PASSWORD',
    secret: true,
    isEnvOnly: true,
  }),
  'redis.tls': toggle({ about: 'whether connections are encrypted', env: 'HEADRACE_REDIS_TLS' }),
  'redis.ca': pemFile('that has the authorities to believe', 'CA'),
  'redis.cert': pemFile('that has our own certificate', 'CERT'),
  'redis.key': pemFile('that has the key of our certificate', 'KEY'),
  'redis.passphrase': text(undefined, {
    about: 'of an encrypted key',
    env: 'HEADRACE_REDIS_PASSPHRASE',
    secret: true,
    isEnvOnly: true,
  }),
  'redis.servername': text(undefined, {
    about: 'the name that its certificate is for, where it is not that of its address',
    env: 'HEADRACE_REDIS_SERVERNAME',
  }),
  'redis.keyPrefix': text(undefined, {
    about: 'what all keys begin with; without it `headrace:`',
    env: 'HEADRACE_REDIS_KEY_PREFIX',
  }),
  'redis.expiry': word(['field', 'key'], undefined, {
    about: 'whether each field expires by itself (default; Redis 7.4 or later), or an entity with its newest',
    env: 'HEADRACE_REDIS_EXPIRY',
  }),
} as const

function pemFile(what: string, name: string): Setting<string | undefined> {
  return text(undefined, { about: `a PEM file ${what}`, env: `HEADRACE_REDIS_${name}`, isPath: true })
}

function nodes(source: Pick<Setting<unknown>, 'about' | 'env'>): Setting<readonly string[] | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: "'host:port', several of them in an array or with commas between",
    read: value => {
      const list = typeof value === 'string' ? value.split(',').map(one => one.trim()) : value
      return Array.isArray(list) && list.length > 0 && list.every(one => typeof one === 'string')
        ? list
        : undefined
    },
  }
}
