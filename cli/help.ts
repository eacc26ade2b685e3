import type { Command, Option } from './command.ts'
import { commonOptions } from './command.ts'
import { exitMeanings } from './exit-codes.ts'
import { wrapText } from './wrap.ts'

const columns = 80

/** Lines of two columns, the second aligned and wrapped. */
function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length)) + 2
  return rows.flatMap(([left, right]) =>
    wrapText(right, columns - 2 - width).map((part, k) => `  ${(k === 0 ? left : '').padEnd(width)}${part}`),
  )
}

export function overview(commands: readonly Command[], version: string): string[] {
  return [
    `headrace ${version}: streaming data processing for TypeScript`,
    '',
    'Usage: headrace <command> [options]',
    '',
    ...aligned(commands.map(({ name, summary }) => [name, summary] as const)),
    '',
    'headrace <command> --help says more of one; --version prints the version.',
    '',
    'Exit codes:',
    ...aligned(exitMeanings.map(([code, meaning]) => [String(code), meaning] as const)),
  ]
}

export function helpOf({ name, summary, operands, options, notes, examples }: Command): string[] {
  return [
    `${summary[0].toUpperCase()}${summary.slice(1)}.`,
    '',
    `Usage: ${['headrace', name, ...operands, '[options]'].join(' ')}`,
    '',
    ...aligned(Object.entries({ ...options, ...commonOptions }).map(describe)),
    '',
    ...(notes === undefined ? [] : [...wrapText(notes, columns), '']),
    examples.length === 1 ? 'Example:' : 'Examples:',
    ...examples.map(example => `  ${example}`),
  ]
}

function describe([name, { value, multiple, help }]: readonly [string, Option]): readonly [string, string] {
  const left = value === undefined ? `--${name}` : `--${name} ${value}`
  return [name === 'help' ? '-h, --help' : left, multiple ? `${help} (may be given several times)` : help]
}
