import type { BatchArena } from '../../engine/batch/arena.ts'
import type { Column } from '../../engine/batch/columns.ts'
import type { Field } from '../../engine/batch/schema.ts'
import { columnOfValues } from '../../engine/batch/value-columns.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ModelCard } from './model-card.ts'

type Random = () => number

/**
 * Rows that differ from one another as real ones do: a model of trees that always takes the same branch is much
 * faster than it will ever be.
 */
export function sampleColumns(
  { inputs }: Model,
  { parity }: ModelCard,
  rows: number,
  arena: BatchArena,
): Column[] {
  const random = randomNumbers(1)
  return Object.entries<Field>(inputs).map(([name, field]) => {
    const value = sampler(field, parity?.inputs[name] ?? [], random)
    return columnOfValues(field, Array.from({ length: rows }, value), arena)
  })
}

function sampler({ kind, size = 0 }: Field, examples: readonly unknown[], random: Random): () => unknown {
  const any = () => examples[Math.floor(random() * examples.length)]
  if (kind !== 'double' && kind !== 'float') {
    if (examples.length > 0) return any
    if (kind === 'vector') return () => Float32Array.from({ length: size }, () => magnitude(random))
    if (kind === 'string') return () => ''
    return kind === 'boolean' ? () => random() < 0.5 : () => Math.round(magnitude(random))
  }
  const numbers = examples.filter(value => typeof value === 'number')
  const least = Math.min(...numbers)
  const most = Math.max(...numbers)
  if (!(least < most)) return () => magnitude(random)
  return () => least + random() * (most - least)
}

/** Of either sign, small and large ones equally often. */
function magnitude(random: Random): number {
  return (random() < 0.5 ? -1 : 1) * 10 ** (random() * 6 - 2)
}

/** The same ones each time. */
function randomNumbers(seed: number): Random {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
