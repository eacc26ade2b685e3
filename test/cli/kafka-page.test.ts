import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { commandsOf, filesOf, withSources } from '../support/pages.ts'
import { kafka, uniqueName } from '../support/services/kafka.ts'

const page = 'docs/kafka.md'
const { brokers } = await kafka()

test('the example of the page does what the page says', async t => {
  const folder = new CliFolder(t)
  const prefix = uniqueName('page-')
  const own = (text: string) => text.replaceAll(/'(?<name>purchases|spending|spent)'/g, `'${prefix}$<name>'`)
  for (const [name, text] of filesOf(page)) {
    const isJob = name === 'spending.ts'
    folder.write(name, withSources(isJob ? own(text) : text, folder.path))
  }
  const env = { HEADRACE_BROKERS: brokers.join(',') }
  const [first, ...commands] = commandsOf(page)
  assert.equal(first.command, 'export HEADRACE_BROKERS=localhost:9092')
  for (const { command, output } of commands) {
    const args = command
      .replace('npx headrace ', '')
      .replace(/ (?<name>purchases|spent) /, ` ${prefix}$<name> `)
    const { out, err } = await folder.run(args, { env })
    assert.equal(err, '')
    assert.equal(plain(out.replaceAll(prefix, '')), plain(output), command)
  }
})

/** Without what differs from one run to the next, and the width of columns. */
function plain(text: string): string {
  return text
    .replace(/\d+ commits? in \d+\.\d s/, 'some commits')
    .replace(/Kafka at .*/, 'Kafka at somewhere')
    .replaceAll(/ +/g, ' ')
    .trim()
}
