import { openLogHome } from '../connectors/log/home.ts'
import { HeadraceError } from '../engine/errors.ts'
import { generatedShop } from './generated-shop.ts'
import { parseOptions, usage } from './options.ts'
import { reportLines } from './report.ts'
import { trainShop } from './train-shop.ts'

async function main(): Promise<void> {
  const { help, json, data, events, rate, ...options } = parseOptions(process.argv.slice(2), process.env)
  if (help) {
    process.stdout.write(usage)
    return
  }
  const begun = performance.now()
  const history =
    data === undefined
      ? await generatedShop({ events, perSecond: rate, seed: options.seed })
      : openLogHome({ dir: data })
  const trained = await trainShop({ ...options, history })
  const seconds = Math.round((performance.now() - begun) / 100) / 10
  const lines = json
    ? [JSON.stringify({ ...trained, seconds })]
    : [...reportLines(trained), '', `${seconds} s`]
  process.stdout.write(`${lines.join('\n')}\n`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof HeadraceError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.code === 'HR_USAGE' ? 2 : 1
}
