import type { Readable } from 'node:stream'
import { HeadraceError } from '../engine/errors.ts'
import { limits } from '../engine/limits.ts'

export interface InputLine {
  readonly number: number
  readonly text: string
}

/** The lines of a stream that are not blank, with their numbers from 1 on. */
export async function* inputLines(input: Readable): AsyncGenerator<InputLine, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let number = 0
  for await (const chunk of input) {
    const texts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    rest = texts.pop() as string
    if (rest.length > limits.recordBytes) {
      const message = `line ${number + texts.length + 1} of the input has more than ${limits.recordBytes} characters`
      throw new HeadraceError('HR_RECORD_TOO_LARGE', message)
    }
    for (const text of texts) {
      number++
      if (text.trim() !== '') yield { number, text }
    }
  }
  rest += decoder.decode()
  if (rest.trim() !== '') yield { number: number + 1, text: rest }
}
