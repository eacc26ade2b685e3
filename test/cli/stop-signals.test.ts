import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StopSignals } from '../../cli/stop-signals.ts'

test('the first signal stops, its echo does nothing, a second one aborts with 130', t => {
  let now = 1000
  t.mock.method(performance, 'now', () => now)
  const exit = t.mock.method(process, 'exit', () => undefined as never)
  const told: string[] = []
  const stop = new StopSignals(
    () => told.push('stop'),
    () => told.push('abort'),
  )
  t.after(() => stop.release())
  assert.equal(stop.signal.aborted, false)
  process.emit('SIGINT', 'SIGINT')
  assert.equal(stop.signal.aborted, true)
  now += 200
  process.emit('SIGINT', 'SIGINT')
  assert.deepEqual(told, ['stop'])
  assert.equal(exit.mock.callCount(), 0)
  now += 100
  process.emit('SIGTERM', 'SIGTERM')
  assert.deepEqual(told, ['stop', 'abort'])
  assert.deepEqual(exit.mock.calls[0].arguments, [130])
})

test('once released it leaves no listener behind', () => {
  const before = process.listenerCount('SIGINT')
  new StopSignals(
    () => {},
    () => {},
  ).release()
  assert.equal(process.listenerCount('SIGINT'), before)
})
