import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffOutputs } from '../../backtest/diff/diff-outputs.ts'
import { html } from '../../backtest/report/html.ts'
import { pageOf } from '../../backtest/report/page.ts'
import { numberText, pairText, percentText, widthText } from '../../backtest/report/value-text.ts'
import { whyCommand } from '../../backtest/report/why-hint.ts'
import { double, record, string, timestamp, topic } from '../../engine/index.ts'
import { topicSpec } from '../../engine/topic.ts'
import { sideOf } from '../support/sides.ts'

const evil = `<script>alert("x")</script>&'"`

test('the page escapes whatever comes from the data, and asks for nothing from elsewhere', async () => {
  const Evil = record('Evil', {
    user: string(),
    windowStart: timestamp(),
    '<b>note</b>': string(),
    total: double(),
  })
  const results = topic('results', Evil, { key: 'user' })
  const row = (user: string, note: string, total: number) => {
    return { user, windowStart: 0, '<b>note</b>': note, total }
  }
  const options = {
    a: await sideOf(results, [row(evil, evil, 1), row(`${evil}a`, evil, 1)], { name: evil }),
    b: await sideOf(results, [row(evil, `${evil}!`, 2), row(`${evil}b`, evil, 1)], { name: evil }),
    spec: topicSpec(results),
  }
  const difference = await diffOutputs(options, new AbortController().signal)
  const page = pageOf({ ...difference, tolerances: {} })
  assert.ok(!page.includes('<script'))
  assert.ok(!page.includes('<b>note</b>'))
  assert.ok(page.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;&quot;!'))
  assert.doesNotMatch(page, /(src|href)=|url\(|@import|https?:/)
  const open = [...page.matchAll(/<(?<name>[a-z][a-z0-9]*)[^>]*?(?<closed>\/?)>/g)]
  const needsEnd = open.filter(({ groups }) => groups!.closed === '' && !['meta'].includes(groups!.name!))
  assert.equal(needsEnd.length, [...page.matchAll(/<\/[a-z]/g)].length)
})

test('a comparison ends with the command that explains a row that differs, fit for a shell', async () => {
  const Row = record('Row', { user: string(), windowStart: timestamp(), total: double() })
  const results = topic('results', Row, { key: 'user' })
  const row = (user: string, total: number) => ({ user, windowStart: 10_000, total })
  const commandFor = async (user: string) => {
    const [a, b] = [await sideOf(results, [row(user, 1)]), await sideOf(results, [row(user, 2)])]
    const difference = await diffOutputs({ a, b, spec: topicSpec(results) }, new AbortController().signal)
    return whyCommand({ ...difference, tolerances: {} })
  }
  const rest = '--window 1970-01-01T00:00:10.000Z'
  assert.equal(await commandFor('u7'), `headrace why <job.ts> --topic results --key u7 ${rest}`)
  assert.equal(
    await commandFor("it's $HOME"),
    `headrace why <job.ts> --topic results --key 'it'\\''s $HOME' ${rest}`,
  )
})

test('html escapes values, not what is HTML already', () => {
  assert.equal(
    html`<p title="${'"'}">${['<', html`<i>${'&'}</i>`, 1]}${undefined}</p>`.text,
    '<p title="&quot;">&lt;<i>&amp;</i>1</p>',
  )
  assert.equal(html`${'a\u0000b\ud800c'}`.text, 'a\ufffdb\ufffdc')
})

test('numbers are short, and values that differ look different', () => {
  assert.equal(numberText(1234.56789), '1,234.57')
  assert.equal(numberText(0.00001234), '1.23e-5')
  assert.equal(percentText(0.99999), '>99.99%')
  assert.equal(percentText(0.00001), '<0.01%')
  assert.deepEqual(pairText(1.25, 1.5, false), ['1.25', '1.5'])
  assert.deepEqual(pairText(1, 1 + 2e-12, false), ['1', '1.000000000002'])
  assert.deepEqual(pairText(0, 1000, true), ['1970-01-01 00:00:00', '1970-01-01 00:00:01'])
  assert.deepEqual(pairText('1', 1, false), ['"1"', '1'])
  assert.equal(widthText(300_000), '5 minutes')
  assert.equal(widthText(3_600_000), 'hour')
})
