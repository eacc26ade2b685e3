import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { isHeadraceError } from '../../engine/errors.ts'
import { StateLog } from '../../engine/state/log/state-log.ts'
import { CrashDisk } from '../support/crash-disk.ts'
import { assertProperty } from '../support/property.ts'
import { randomFrom } from '../support/random.ts'
import { restored, temporaryDirectory } from '../support/state-directory.ts'

type Step =
  | { readonly do: 'append' | 'rotate'; readonly size: number }
  | { readonly do: 'reopen' }
  | { readonly do: 'arm'; readonly after: number; readonly fault: string }

const codes: Record<string, string> = { ENOSPC: 'HR_DISK_FULL', EIO: 'HR_STATE_IO', EACCES: 'HR_STATE_IO' }
const power = 'POWER'

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), size: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rotate' as const), size: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reopen' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('arm' as const),
      after: fc.nat(12),
      fault: fc.constantFrom(power, power, ...Object.keys(codes)),
    }),
  },
)

/** Drives a log over a failing disk beside a model: the records of the last state that was acknowledged. */
class Driver {
  private readonly directory: string
  private readonly disk: CrashDisk
  private log: StateLog
  private model: string[] = []
  private written = 0
  private armed: string | undefined

  /** In a directory of its own, so that a case that fails leaves no lock to the next. */
  constructor(home: string, seed: number) {
    this.directory = mkdtempSync(path.join(home, 'case-'))
    this.disk = new CrashDisk(randomFrom(seed))
    this.log = StateLog.open(this.directory, { files: this.disk })
  }

  run(step: Step): void {
    if (step.do === 'arm') {
      this.armed = step.fault
      this.disk.failAfter(step.after, step.fault)
      return
    }
    let next = this.model
    try {
      if (step.do === 'reopen') {
        this.log.close()
        this.log = StateLog.open(this.directory, { files: this.disk })
      } else {
        const text = `${this.written++}${'.'.repeat(step.size)}`
        const payload = Buffer.from(text)
        next = step.do === 'rotate' ? [`snapshot ${text}`] : [...this.model, `delta ${text}`]
        if (step.do === 'rotate') this.log.rotate(payload)
        else this.log.append('delta', [payload.subarray(0, 3), payload.subarray(3)])
      }
    } catch (error) {
      this.recover(error, next)
      return
    }
    this.model = next
    assert.deepEqual(restored(this.log), this.model)
  }

  finish(): void {
    this.run({ do: 'reopen' })
    this.log.close()
  }

  /** After a failure the log holds what was acknowledged, with or without what was being written. */
  private recover(error: unknown, next: string[]): void {
    const fault = this.armed ?? 'none'
    this.armed = undefined
    if (fault === power) {
      this.disk.crash()
    } else {
      assert.ok(isHeadraceError(error), String(error))
      assert.equal(error.code, codes[fault])
      assert.throws(
        () => this.log.append('delta', Buffer.from('refused')),
        refusal => isHeadraceError(refusal, 'HR_STATE_FAILED'),
      )
    }
    this.disk.heal()
    try {
      this.log.close()
    } catch {
      // The crash took the file from under it.
    }
    this.log = StateLog.open(this.directory, { files: this.disk })
    const found = restored(this.log)
    assert.ok(
      [this.model, next].map(String).includes(String(found)),
      `${found} is neither ${this.model} nor ${next}`,
    )
    this.model = found
  }
}

test('after any crash or fault a log restores the last acknowledged state', async context => {
  const home = temporaryDirectory(context)
  await assertProperty(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer(), (steps, seed) => {
      const driver = new Driver(home, seed)
      for (const each of steps) driver.run(each)
      driver.finish()
    }),
    400,
  )
})

for (const fault of [...Object.keys(codes), power]) {
  test(`${fault} at each single change of the disk loses nothing that was committed`, context => {
    const home = temporaryDirectory(context)
    const script: Step[] = [
      { do: 'append', size: 30 },
      { do: 'rotate', size: 50 },
      { do: 'append', size: 10 },
      { do: 'append', size: 0 },
      { do: 'rotate', size: 20 },
      { do: 'append', size: 10 },
    ]
    for (let after = 0; after < 50; after++) {
      const driver = new Driver(home, after)
      driver.run({ do: 'arm', after, fault })
      for (const each of script) driver.run(each)
      driver.finish()
    }
  })
}

test('a record that reopening found, though its sync had failed, is durable from then on', context => {
  for (let seed = 0; seed < 20; seed++) {
    const driver = new Driver(temporaryDirectory(context), seed)
    driver.run({ do: 'arm', after: 3, fault: 'ENOSPC' })
    driver.run({ do: 'append', size: 3 })
    driver.run({ do: 'arm', after: 0, fault: power })
    driver.finish()
  }
})
