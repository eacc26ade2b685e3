import type { Stream } from '../../engine/index.ts'
import { double, int, long, nullable, string } from '../../engine/index.ts'
import { branch, derive, flatMap, sample, select, union } from '../../operators/index.ts'

/*
 * Compiled, never run: what the operators give for a row, and what they refuse.
 */
interface Click {
  readonly ts: number
  readonly user: number
  readonly kind: string
  readonly page: string | null
}

declare const clicks: Stream<Click>
declare function expectType<T>(stream: Stream<T>): { is<U>(same: Same<T, U>): void }
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false

export function selecting(): void {
  const picked = clicks.pipe(select('user', 'page'))
  expectType(picked).is<Pick<Click, 'user' | 'page'>>(true)
  const renamed = clicks.pipe(select({ who: 'user', where: 'page' }))
  expectType(renamed).is<{ readonly who: number; readonly where: string | null }>(true)
  // @ts-expect-error there is no such column
  clicks.pipe(select('usr'))
  // @ts-expect-error there is no such column
  clicks.pipe(select({ who: 'usr' }))
}

export function deriving(): void {
  const derived = clicks.pipe(
    derive({
      twice: double(row => row.user * 2),
      kind: int(row => row.kind.length),
      first: nullable(string(row => row.page?.[0] ?? null)),
      never: nullable(long(row => row.ts)),
    }),
  )
  expectType(derived).is<{
    readonly ts: number
    readonly user: number
    readonly page: string | null
    readonly twice: number
    readonly kind: number
    readonly first: string | null
    readonly never: number | null
  }>(true)
  // @ts-expect-error there is no such column
  clicks.pipe(derive({ x: double(row => row.nothing) }))
  // @ts-expect-error a string is no number
  clicks.pipe(derive({ x: double(row => row.kind) }))
  // @ts-expect-error null needs nullable
  clicks.pipe(derive({ x: string(row => row.page) }))
}

export function making(): void {
  const made = clicks.pipe(
    flatMap({ letter: string(), place: nullable(int()) }, row => [{ letter: row.kind, place: null }]),
  )
  expectType(made).is<{ readonly letter: string; readonly place: number | null }>(true)
  // @ts-expect-error place is missing
  clicks.pipe(flatMap({ letter: string(), place: int() }, row => [{ letter: row.kind }]))
}

export function splitting(): void {
  const { bots, rest } = branch(clicks, { bots: row => row.kind === 'bot' })
  expectType(union(bots, rest)).is<Click>(true)
  // @ts-expect-error there is no such column
  branch(clicks, { bots: row => row.nothing })
  // @ts-expect-error the other stream has other columns
  union(clicks, clicks.pipe(select('user')))
  expectType(clicks.pipe(sample({ fraction: 0.1, by: ['user', 'kind'] }))).is<Click>(true)
  // @ts-expect-error there is no such column
  clicks.pipe(sample({ fraction: 0.1, by: 'nothing' }))
}
