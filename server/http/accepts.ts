/** Whether a caller wants an answer of this type rather than JSON. */
export function prefers(type: string, accept: string | undefined): boolean {
  if (accept === undefined) return false
  const wanted = qualityOf(type, accept)
  return wanted > 0 && wanted >= qualityOf('application/json', accept)
}

/** 0 unless the type is named: what is named by a star alone gets the default. */
function qualityOf(type: string, accept: string): number {
  for (const part of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = part.split(';').map(one => one.trim())
    if (name !== type) continue
    const quality = parameters.find(one => one.startsWith('q='))
    return quality === undefined ? 1 : Number(quality.slice(2)) || 0
  }
  return 0
}
