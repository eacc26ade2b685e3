import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureModels } from '../../cli/demo/demo-models.ts'

let trained: Promise<string> | undefined

/** A directory with the flagship's models, trained on little, once a process. */
export function shopModels(): Promise<string> {
  trained ??= train()
  return trained
}

async function train(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-shop-models-'))
  await ensureModels(dir, () => {}, { events: 100_000, perSecond: 2000, seed: 1001 })
  return dir
}
