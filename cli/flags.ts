import { parseArgs } from 'node:util'
import { HeadraceError, messageOf } from '../engine/errors.ts'
import type { Command } from './command.ts'
import { commonOptions } from './command.ts'

type Value = string | boolean | (string | boolean)[] | undefined

export function usageError(message: string, cause?: unknown): HeadraceError {
  return new HeadraceError('HR_USAGE', message, { cause })
}

/** The options and operands that were given to a command. */
export class Flags {
  readonly command: Command
  readonly operands: readonly string[]
  private readonly values: Readonly<Record<string, Value>>

  private constructor(
    command: Command,
    values: Readonly<Record<string, Value>>,
    operands: readonly string[],
  ) {
    this.command = command
    this.values = values
    this.operands = operands
  }

  static parse(command: Command, args: readonly string[]): Flags {
    const { values, positionals } = parse(command, args)
    const flags = new Flags(command, values, positionals)
    if (!flags.on('help')) checkOperands(command, positionals)
    return flags
  }

  on(name: string): boolean {
    return this.values[name] === true
  }

  text(name: string): string | undefined {
    const value = this.values[name]
    return typeof value === 'string' ? value : undefined
  }

  list(name: string): string[] {
    const value = this.values[name]
    return Array.isArray(value) ? value.map(String) : []
  }

  /** A whole number within bounds. */
  whole(name: string, least: number, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    const bound = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`
    throw usageError(`--${name} is "${text}", it has to be a whole number, ${bound}`)
  }

  /** One of some words. */
  oneOf<const W extends string>(name: string, words: readonly W[]): W | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = words.find(word => word === text)
    if (found !== undefined) return found
    throw usageError(`--${name} is "${text}", it has to be one of ${words.join(', ')}`)
  }
}

function parse(
  command: Command,
  args: readonly string[],
): { values: Record<string, Value>; positionals: string[] } {
  const all = { ...command.options, ...commonOptions }
  const options = Object.fromEntries(
    Object.entries(all).map(([name, { value, multiple = false }]) => {
      const type = value === undefined ? ('boolean' as const) : ('string' as const)
      return [name, name === 'help' ? { type, multiple, short: 'h' } : { type, multiple }]
    }),
  )
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const names = Object.keys(all).map(name => `--${name}`)
    const [what] = messageOf(error).split('. ')
    throw usageError(`${what}; headrace ${command.name} takes ${names.join(' ')}`, error)
  }
}

function checkOperands({ name, operands }: Command, given: readonly string[]): void {
  const missing = operands.find((operand, index) => !operand.startsWith('[') && given[index] === undefined)
  if (missing !== undefined) throw usageError(`headrace ${name} needs ${missing}`)
  const extra = given[operands.length]
  if (extra === undefined || operands.at(-1)?.endsWith('...]')) return
  throw usageError(`headrace ${name} does not know what to do with "${extra}"`)
}
