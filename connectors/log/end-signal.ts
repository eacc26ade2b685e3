import { watch } from 'node:fs'
import path from 'node:path'

/** How long a reader can miss what another process published, where the system's file events fail. */
const pollMs = 200

const listeners = new Map<string, Set<() => void>>()

/** Tells the readers of a partition in this process that its published end has moved. */
export function announceEnd(directory: string): void {
  for (const listener of listeners.get(path.resolve(directory)) ?? []) listener()
}

/**
 * Resolves once `moved()` holds, which is asked at once, whenever a writer in this process announces an end,
 * when the system reports a change of `file`, and on an interval. Rejects with the signal's reason.
 */
export function whenMoved(
  directory: string,
  file: string,
  moved: () => boolean,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      stop()
      end()
    }
    const look = () => {
      try {
        if (moved()) settle(resolve)
      } catch (error) {
        settle(() => reject(error))
      }
    }
    const abort = () => settle(() => reject(signal?.reason))
    const unlisten = listen(directory, look)
    const unwatch = watchFile(path.join(directory, file), look)
    const timer = setInterval(look, pollMs)
    const stop = () => {
      unlisten()
      unwatch()
      clearInterval(timer)
      signal?.removeEventListener('abort', abort)
    }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    else look()
  })
}

function listen(directory: string, listener: () => void): () => void {
  const key = path.resolve(directory)
  const set = listeners.get(key) ?? new Set()
  listeners.set(key, set.add(listener))
  return () => {
    set.delete(listener)
    if (set.size === 0) listeners.delete(key)
  }
}

/** File events only save time: without them (too many watches, some network disks) the interval finds out. */
function watchFile(file: string, listener: () => void): () => void {
  try {
    const watcher = watch(file, listener)
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => {}
  }
}
