import type { IRawProperty } from 'fast-check'
import fc from 'fast-check'

const given = process.env.HEADRACE_SEED

/** One seed for all properties of a test file. A failing property prints it. */
export const seed = given === undefined ? Date.now() & 0x7fffffff : Number(given)

/**
 * Tries a property on random cases, the same ones for the same seed. HEADRACE_RUNS sets how many for every
 * property alike: a long run at night, one case to look at.
 */
export async function assertProperty<T>(property: IRawProperty<T>, runs = 200): Promise<void> {
  const numRuns = Number(process.env.HEADRACE_RUNS ?? runs)
  try {
    await fc.assert(property, { seed, numRuns })
  } catch (cause) {
    throw new Error(`Repeat with HEADRACE_SEED=${seed}`, { cause })
  }
}
