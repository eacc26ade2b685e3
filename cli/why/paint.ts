import { styleText } from 'node:util'
import type { Output } from '../io.ts'

type Format = Parameters<typeof styleText>[0]

/** Gives text a colour or weight where the terminal shows it; as it is elsewhere, and with NO_COLOR. */
export type Paint = (format: Format, text: string) => string

export function paintFor(out: Output): Paint {
  return (format, text) => styleText(format, text, { stream: out })
}
