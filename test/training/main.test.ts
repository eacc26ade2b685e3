import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { parseOptions } from '../../training/options.ts'
import { reportLines } from '../../training/report.ts'
import { root } from '../support/source-tree.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'headrace-train-'))
after(() => rmSync(directory, { recursive: true }))

function train(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise(resolve => {
    execFile(process.execPath, [`${root}training/main.ts`, ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })
}

describe('npm run train', () => {
  test('writes models and says how good they are', async () => {
    const wanted = ['--events', '90000', '--rate', '3000', '--budget', '0.01', '--out', directory]
    const { code, out, err } = await train(...wanted, '--json')
    assert.equal(code, 0, err)
    const trained = JSON.parse(out)
    assert.deepEqual([trained.anomaly.version, trained.anomaly.serves], [1, true])
    assert.ok(trained.recommend.metrics.ease.ndcg > 0)
    const text = reportLines(trained).join('\n')
    assert.match(text, /^anomaly +1 +[\d,]+ +serves +.*anomaly.1$/m)
    assert.match(text, /found at 5 robust deviations +\d+\.\d%/)
    const waiting = { ...trained, recommend: { ...trained.recommend, version: 7, serves: false } }
    assert.match(reportLines(waiting).at(-1) ?? '', /headrace models promote recommend 7$/)
  })

  test('tells what it takes, and refuses what it does not', async () => {
    const help = await train('--help')
    assert.equal(help.code, 0)
    assert.match(help.out, /--budget X/)
    const wrong = await train('--budget', '2')
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /^HR_USAGE: --budget is "2", it has to be between 0 and 1/)
    const missing = await train('--data', path.join(directory, 'nothing'))
    assert.equal(missing.code, 1)
    assert.match(missing.err, /^HR_TOPIC_UNKNOWN/)
  })

  test('models go where the deployment looks for them', () => {
    assert.equal(parseOptions([], {}).out, path.join('.headrace', 'models'))
    assert.equal(parseOptions(['--data', 'shop'], {}).out, path.join('shop', 'models'))
    assert.equal(parseOptions(['--data', 'shop'], { HEADRACE_MODELS: 'there' }).out, 'there')
    assert.equal(parseOptions(['--out', 'here'], { HEADRACE_MODELS: 'there' }).out, 'here')
    for (const args of [['--seed', 'x'], ['--events', '0'], ['--confidence', '1'], ['--what'], ['file']]) {
      assert.throws(() => parseOptions(args, {}), { code: 'HR_USAGE' })
    }
  })
})
