/** Functions by their source: tasks that read the same topic share one, so that it is warm sooner. */
const functions = new Map<string, unknown>()

/** The function that a source returns; it has to take all that it refers to as arguments. */
export function compiledFunction(source: string): unknown {
  let made = functions.get(source)
  if (made === undefined) {
    made = new Function(source)()
    functions.set(source, made)
  }
  return made
}
