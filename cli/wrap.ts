/** Text in lines of at most `width` columns, cut between words; a longer word gets a line of its own. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  lines.push(line)
  return lines
}

/** The same for a line that begins with spaces: those that follow are indented as far, and `deeper` more. */
export function wrapLine(line: string, width: number, deeper = 0): string[] {
  const [indent] = /^ */.exec(line) ?? ['']
  const rest = wrapText(line.slice(indent.length), width - indent.length - deeper)
  return rest.map((part, k) => (k === 0 ? indent : indent + ' '.repeat(deeper)) + part)
}
