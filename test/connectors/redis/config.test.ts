import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RedisOptions } from '../../../connectors/redis/config.ts'
import { placeOf } from '../../../connectors/redis/config.ts'

test('an address says where, as whom and with what', () => {
  const { nodes, db, tls, username, password, name } = placeOf({
    url: 'rediss://alice:se%3Acret@cache.example:6390/3',
  })
  assert.deepEqual(
    [nodes, db, tls, username, password, name],
    [[{ host: 'cache.example', port: 6390 }], 3, {}, 'alice', 'se:cret', 'Redis at cache.example:6390'],
  )
  assert.deepEqual(placeOf({ url: 'redis://[::1]' }).nodes, [{ host: '::1', port: 6379 }])
  assert.deepEqual(placeOf({ cluster: ['a:1', '[::1]:2'] }).nodes, [
    { host: 'a', port: 1 },
    { host: '::1', port: 2 },
  ])
})

test('what is wrong is named, without what may be secret', () => {
  const wrong: readonly (readonly [RedisOptions, RegExp])[] = [
    [{}, /url, host and cluster/],
    [{ url: 'redis://a', host: 'a' }, /url, host and cluster/],
    [{ url: 'not an address: secret' }, /url: it is not an address/],
    [{ url: 'http://a:secret@b' }, /redis:\/\/ or rediss/],
    [{ host: 'a', db: -1 }, /db is -1/],
    [{ url: 'redis://a/x' }, /db is NaN/],
    [{ cluster: [] }, /it names no node/],
    [{ cluster: ['a'] }, /"a" is not host:port/],
    [{ cluster: ['a:1'], db: 2 }, /a cluster has no other/],
    [{ host: 'a', keyPrefix: '{x}' }, /keyPrefix/],
    [{ host: 'a', username: 'x' }, /password: it is missing/],
    [{ host: 'a', expiry: 'never' as 'key' }, /expiry is never/],
  ]
  for (const [options, text] of wrong) {
    assert.throws(
      () => placeOf(options),
      (error: Error) => {
        assert.match(error.message, /^HR_CONFIG_INVALID: redis\./)
        assert.match(error.message, text)
        assert.doesNotMatch(error.message, /secret/)
        return true
      },
    )
  }
})
