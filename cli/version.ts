import { existsSync, readFileSync } from 'node:fs'

/** From the manifest, which lies one folder up in the repository and two in the package's dist/. */
export function ownVersion(): string {
  const near = new URL('../package.json', import.meta.url)
  const manifest = existsSync(near) ? near : new URL('../../package.json', import.meta.url)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}
