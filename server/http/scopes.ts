/** What a caller may do: everything (`admin`), or one verb on one name or on all (`read:user-stats`, `score:*`). */
export type Scope = string

export function isScope(text: string): boolean {
  return text === 'admin' || /^(?:read|score):(?:\*|[a-zA-Z0-9._-]{1,100})$/.test(text)
}

export const scopeForms = '`admin`, `read:*`, `read:<view>`, `score:*` and `score:<model>`'

export function allows(scopes: readonly Scope[], wanted: Scope): boolean {
  const all = `${wanted.split(':')[0]}:*`
  return scopes.some(scope => scope === 'admin' || scope === wanted || scope === all)
}
