import { readFileSync } from 'node:fs'

/** From the manifest, which lies one folder up in the repository and two in the package's dist/. */
export function ownVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')).version
    } catch {}
  }
  return 'unknown'
}
