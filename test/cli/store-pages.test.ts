import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { commandsOf, filesOf, withSources } from '../support/pages.ts'

for (const page of ['docs/features.md', 'docs/series.md']) {
  test(`the example of ${page} does what the page says`, async t => {
    const folder = new CliFolder(t)
    for (const [name, text] of filesOf(page)) folder.write(name, withSources(text, folder.path))
    for (const { command, output } of commandsOf(page)) {
      const { out, err } = await folder.run(command.replace('npx headrace ', ''))
      assert.equal(err, '')
      assert.equal(plain(out.replaceAll(`${folder.path}/`, '')), plain(output), command)
    }
  })
}

/** Without what differs from one run to the next, and the width of columns. */
function plain(text: string): string {
  return text
    .replace(/\d+ commits? in \d+\.\d s/, 'some commits')
    .replaceAll(/\d+d\d+h/g, 'age')
    .replaceAll(/ +/g, ' ')
    .trim()
}
