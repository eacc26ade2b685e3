import type { OperatorFunction } from 'rxjs'
import { Observable, Subject } from 'rxjs'
import type { Batch } from '../batch/batch.ts'
import type { StepDefinition } from '../step.ts'
import type { Build, Stream } from './build.ts'
import { currentBuild } from './build.ts'
import { LiveStep } from './live-step.ts'

/** Makes an RxJS operator of a step with one input. */
export function operator<T, U>(definition: StepDefinition<T, U>): OperatorFunction<Batch<T>, Batch<U>> {
  return source => combine(definition, [source])
}

/** Makes a stream of a step with several inputs. */
export function combine<T, U>(definition: StepDefinition<T, U>, sources: readonly Stream<T>[]): Stream<U> {
  const build = currentBuild(definition.kind)
  const id = definition.id ?? build.nameFor(definition.kind)
  return shared(build, id, out => {
    const emit = (batch: Batch) => out.next(batch as Batch<U>)
    const step = new LiveStep(definition as StepDefinition<never, never>, id, sources.length, build, emit)
    const subscriptions: { unsubscribe(): void }[] = []
    build.connect({ id, kind: definition.kind, upstream: new Set(), step }, () => {
      sources.forEach((source, input) => {
        const next = (batch: Batch<T>) => step.push(batch, input)
        step.context.reads[input] = build.readsOf(() => {
          subscriptions.push(source.subscribe({ next, error: error => build.fail(error) }))
        })
      })
    })
    return () => {
      for (const subscription of subscriptions) subscription.unsubscribe()
      step.close()
    }
  })
}

/**
 * A stream whose first subscriber starts it and that all later ones share: state belongs to the
 * subscription, and a stream read twice is computed once. It ends when nobody reads it any more.
 */
export function shared<U>(
  build: Build,
  id: string,
  start: (out: Subject<Batch<U>>) => () => void,
): Stream<U> {
  let out: Subject<Batch<U>> | undefined
  let stop: (() => void) | undefined
  let readers = 0
  return new Observable<Batch<U>>(subscriber => {
    build.readBy(id)
    readers++
    const first = out === undefined
    out ??= new Subject<Batch<U>>()
    const subscription = out.subscribe(subscriber)
    if (first) stop = start(out)
    return () => {
      subscription.unsubscribe()
      if (--readers > 0) return
      out = undefined
      stop?.()
    }
  })
}
