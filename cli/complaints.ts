/**
 * What the compiler prints, for people. Where a long chain of types leads to the reason, the reason alone is left:
 * the innermost line, and the property that it is about.
 */
export function shortComplaints(printed: string): string {
  const complaints = printed.split(/\n(?=\S)/)
  return complaints.map(complaint => shorten(complaint.replaceAll(/import\("[^"]*"\)\./g, ''))).join('\n')
}

function shorten(complaint: string): string {
  const [first, ...chain] = complaint.split('\n')
  const place = /^\S+\(\d+,\d+\): error TS\d+: /.exec(first)
  if (place === null || chain.length < 2) return complaint
  const [before, innermost] = chain.slice(-2).map(line => line.trim())
  const about = before.startsWith('Types of property') ? `${before} ` : ''
  return `${place[0]}${about}${innermost}`
}
