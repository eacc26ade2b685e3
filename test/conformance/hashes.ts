import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { HashStore } from '../../engine/stores/hash-store.ts'

export interface HashHome {
  readonly name: string
  /** What it returns opens the store again, as the next process would. */
  factory(t: TestContext): () => HashStore
}

/** What every store of hashes has to do, whatever it is made of. */
export function testHashes({ name, factory }: HashHome): void {
  test(`${name}: fields are read in the order asked for, and null where there is none`, async t => {
    const store = factory(t)()
    const own = randomUUID()
    const [ann, bob, none] = [`${own}:ann`, `{${own}}:bob`, `${own}:`]
    assert.deepEqual(await texts(store, [ann], ['a']), [[null]])
    await store.write([
      { key: ann, fields: { a: '1', b: '', c: 'Zürich 🙂' } },
      { key: bob, fields: { b: '2' } },
    ])
    assert.deepEqual(await texts(store, [bob, none, ann, bob], ['c', 'b']), [
      [null, '2'],
      [null, null],
      ['Zürich 🙂', ''],
      [null, '2'],
    ])
    assert.deepEqual(await store.read([], ['a']), [])
  })

  test(`${name}: writing changes the fields that it names, and null deletes one`, async t => {
    const open = factory(t)
    const store = open()
    const key = `hash:${randomUUID()}`
    await store.write([{ key, fields: { a: '1', b: '2', c: '3' } }])
    await store.write([{ key, fields: { a: '4', b: null, d: null } }])
    assert.deepEqual(await texts(store, [key], ['a', 'b', 'c', 'd']), [['4', null, '3', null]])
    await store.close()
    assert.deepEqual(await texts(open(), [key], ['a', 'c']), [['4', '3']])
  })

  test(`${name}: thousands of keys at once, each with its own`, async t => {
    const store = factory(t)()
    const own = randomUUID()
    const keys = Array.from({ length: 5000 }, (_, index) => `${own}:${index}`)
    await store.write(keys.map((key, index) => ({ key, fields: { n: String(index), s: 'x' } })))
    const found = await texts(store, keys.toReversed(), ['n'])
    assert.deepEqual(
      found.map(row => Number(row?.[0])),
      keys.map((_, index) => index).toReversed(),
    )
  })
}

async function texts(store: HashStore, keys: readonly string[], fields: readonly string[]) {
  const found = await store.read(keys, fields)
  return found.map(row => row?.map(bytes => (bytes === null ? null : Buffer.from(bytes).toString())))
}
