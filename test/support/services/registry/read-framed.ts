import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { javaOptions } from '../java.ts'
import { needs } from '../missing.ts'
import { apicurioFiles } from './apicurio.ts'

await needs('Java')

const program = fileURLToPath(new URL('ReadFramed.java', import.meta.url))

/** What Avro's own library for Java makes of framed values, with the schemas of the registry. */
export async function readFramed(url: string, values: readonly Uint8Array[]): Promise<unknown[]> {
  const classPath = path.join(await apicurioFiles(), 'lib', '*')
  const printed = await new Promise<string>((resolve, reject) => {
    const child = execFile('java', [...javaOptions, '-cp', classPath, program, url], (error, stdout) => {
      if (error) reject(error)
      else resolve(stdout)
    })
    child.stdin?.end(values.map(value => Buffer.from(value).toString('hex')).join('\n'))
  })
  return printed
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}
