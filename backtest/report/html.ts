/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[]

/** HTML in which all that is put in is escaped, unless it is HTML itself; lists are put in one after the other. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(
    parts.map((part, index) => (index === 0 ? part : markup(values[index - 1]) + part)).join(''),
  )
}

function markup(value: HtmlValue): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  return typeof value === 'object' ? value.map(markup).join('') : escaped(String(value))
}

const names: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  // Of control characters HTML knows none but blanks.
  const plain = text.replaceAll(/[^\P{Cc}\t\n]/gu, '\u{fffd}').toWellFormed()
  return plain.replaceAll(/[&<>"']/g, character => names[character])
}
