import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { OnnxModels } from '../../connectors/onnx/home.ts'

export interface WrittenCard {
  readonly inputs: readonly object[]
  readonly outputs: readonly object[]
  readonly [key: string]: unknown
}

/** A directory of models, whose files a test writes as it likes. */
export class ModelDirectory {
  readonly dir: string
  readonly notices: string[] = []
  readonly models: OnnxModels

  constructor(t: Pick<TestContext, 'after'>) {
    this.dir = mkdtempSync(path.join(tmpdir(), 'headrace-models-'))
    t.after(() => rmSync(this.dir, { recursive: true, force: true }))
    this.models = new OnnxModels({ dir: this.dir }, notice => this.notices.push(notice))
  }

  file(name: string, version: number, file: string): string {
    return path.join(this.dir, name, String(version), file)
  }

  /** A version whose card is right for the bytes, but for what `card` says otherwise. */
  write(name: string, version: number, bytes: Uint8Array, card: WrittenCard): void {
    mkdirSync(path.join(this.dir, name, String(version)), { recursive: true })
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const whole = { format: 1, name, version, sha256, createdAt: '2026-11-21T14:00:00Z', ...card }
    writeFileSync(this.file(name, version, 'model.onnx'), bytes)
    writeFileSync(this.file(name, version, 'model.json'), JSON.stringify(whole))
  }
}
