import { readFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '../free-port.ts'
import { javaOptions, requireJava } from '../java.ts'
import { fromMaven } from '../maven.ts'
import { scratchDirectory } from '../scratch-directory.ts'
import { TetheredProcess } from '../tethered-process.ts'
import { until } from '../until.ts'

const version = '2.6.13.Final'
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack'

/** Apicurio's registry, with the libraries that it brings along, Avro's own among them. */
export function apicurioFiles(): Promise<string> {
  const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`
  return fromMaven(`apicurio-${version}`, [plugin, `-Dartifact=${artifact}`])
}

/** Starts one that keeps all in memory and lasts as long as this process; gives where the API of Confluent's begins. */
export async function startApicurio(): Promise<string> {
  await requireJava()
  const jar = path.join(await apicurioFiles(), `apicurio-registry-app-${version}-runner.jar`)
  const port = await freePort()
  const log = path.join(scratchDirectory('registry'), 'server.log')
  const options = [`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1']
  const server = new TetheredProcess(
    { command: 'java', args: [...javaOptions, ...options, '-jar', jar] },
    log,
  )
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  await until('schema registry', async () => {
    if (!server.isRunning) throw new Error(`the registry ended: ${readFileSync(log, 'utf8').slice(-2000)}`)
    return (await fetch(`${url}/subjects`)).ok
  })
  return url
}
