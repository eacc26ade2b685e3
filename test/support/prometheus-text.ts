/** Samples of Prometheus' text format, by name and labels as in `lag{job="a"}`. Naive: no escapes, no timestamps. */
export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  const declared = new Set<string>()
  for (const line of text.split('\n').filter(Boolean)) {
    const type = /^# TYPE (?<name>\S+) (?:counter|gauge|histogram|summary)$/.exec(line)?.groups?.name
    if (type !== undefined) declared.add(type)
    if (line.startsWith('#')) continue
    const sample = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>[^}]*)\})? (?<value>\S+)$/.exec(line)
    if (sample === null) throw new Error(`no sample: ${line}`)
    const { name, labels = '', value } = sample.groups!
    const family = name!.replace(/_(?:bucket|sum|count)$/, '')
    if (!declared.has(name!) && !declared.has(family)) throw new Error(`${name} has no type`)
    const key = `${name}{${labels.split(',').filter(Boolean).toSorted().join(',')}}`
    if (samples.has(key)) throw new Error(`twice: ${key}`)
    samples.set(key, Number(value))
  }
  return samples
}
