import type { TestEvent } from 'node:test/reporters'
import { spec } from 'node:test/reporters'

/** The spec reporter; before its summary stands what did not run, and why. */
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
  }
  printer.end()
  yield printed(printer)
}

function printed(printer: InstanceType<typeof spec>): string {
  return String(printer.read() ?? '')
}
