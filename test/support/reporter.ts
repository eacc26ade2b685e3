import type { TestEvent } from 'node:test/reporters'
import { spec } from 'node:test/reporters'
import { inspect } from 'node:util'

/** The spec reporter; why a test failed is said at once too, and before the summary stands what did not run, and why. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const printer = new spec()
  const notRun: string[] = []
  for await (const event of events) {
    if (event.type === 'test:pass' && typeof event.data.skip === 'string') {
      notRun.push(`${event.data.name}: ${event.data.skip}`)
    }
    if (event.type === 'test:plan' && event.data.nesting === 0) yield* notRun.map(line => `! ${line}\n`)
    printer.write(event)
    yield printed(printer)
    // The summary never comes when a later file hangs.
    if (event.type === 'test:fail') yield `${inspect(event.data.details.error)}\n`
  }
  printer.end()
  yield printed(printer)
}

function printed(printer: InstanceType<typeof spec>): string {
  return String(printer.read() ?? '')
}
