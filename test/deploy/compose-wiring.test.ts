import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../../cli/cli.ts'
import { CliFolder } from '../support/cli.ts'
import type { Service } from '../support/compose.ts'
import { compose, deploy, deployText, deployYaml } from '../support/compose.ts'
import { withSources } from '../support/pages.ts'

const { services } = compose
const ours = Object.entries(services).filter(([, { image }]) => image === 'headrace:local')

/** The ports of images whose configuration here does not say them. */
const defaultPorts: Readonly<Record<string, readonly number[]>> = {
  redis: [6379],
  influxdb: [8086],
  prometheus: [9090],
  grafana: [3000],
}

const variable = (service: string, name: string) => String(services[service]?.environment?.[name])

/** What a service listens on inside of its container. */
function portsOf(name: string): readonly number[] {
  const { environment = {} } = services[name] as Service
  const said = [environment.HEADRACE_METRICS_PORT, environment.HEADRACE_SERVE_PORT]
    .filter(Boolean)
    .map(Number)
  const listeners = [...String(environment.KAFKA_LISTENERS ?? '').matchAll(/:(?<port>\d+)/g)]
  return [...said, ...listeners.map(({ groups }) => Number(groups!.port)), ...(defaultPorts[name] ?? [])]
}

const commandOf = ({ command = [] }: Service) => (typeof command === 'string' ? [command] : command)
const toItself = ['localhost', '127.0.0.1']

test('whoever talks to a service, talks to a port that it listens on', () => {
  const listens = (name: string, port: string, where: string) => {
    assert.ok(name in services, `${where}: there is no service ${name}`)
    assert.ok(portsOf(name).includes(Number(port)), `${where}: ${name} does not listen on ${port}`)
  }
  for (const [name, service] of Object.entries(services)) {
    const { environment = {}, healthcheck, ports = [] } = service
    const values = [...Object.values(environment).map(String), ...commandOf(service)]
    for (const [address, host, port] of values.join('\n').matchAll(/(?<=^|[/=,])([a-z]+):(\d{2,5})\b/gm)) {
      listens(host!, port!, `${name} at ${address}`)
    }
    for (const port of ports) listens(name, port.split(':').at(-1)!, `published by ${name}`)
    const checked = healthcheck?.test.join(' ').matchAll(/(localhost|127\.0\.0\.1)[ :'](\d+)/g) ?? []
    for (const [address, host, port] of checked) {
      assert.ok(toItself.includes(host!))
      listens(name, port!, `health of ${name} at ${address}`)
    }
  }
  const { scrape_configs: scraped } = deployYaml<{
    scrape_configs: { static_configs: { targets: string[] }[] }[]
  }>('prometheus.yml')
  const targets = scraped.flatMap(({ static_configs }) => static_configs.flatMap(one => one.targets))
  assert.ok(targets.length >= 3)
  for (const target of targets) {
    const [host, port] = target.split(':')
    listens(host === 'localhost' ? 'prometheus' : host!, port!, `scraped at ${target}`)
  }
})

test('every service of ours has an address of each store that its job or its answers need', () => {
  assert.equal(variable('engine', 'HEADRACE_BROKERS'), 'kafka:9092')
  assert.equal(variable('engine', 'HEADRACE_INFLUX_URL'), 'http://influxdb:8086')
  for (const [name] of ours) assert.equal(variable(name, 'HEADRACE_REDIS_URL'), 'redis://redis:6379', name)
})

test('organization, bucket and token are the same for those who write, read and keep', () => {
  for (const [kept, written, read] of [
    ['ORG', 'HEADRACE_INFLUX_ORG', 'INFLUX_ORG'],
    ['BUCKET', 'HEADRACE_INFLUX_BUCKET', 'INFLUX_BUCKET'],
    ['ADMIN_TOKEN', 'HEADRACE_INFLUX_TOKEN', 'INFLUX_TOKEN'],
  ] as const) {
    const wanted = variable('influxdb', `DOCKER_INFLUXDB_INIT_${kept}`)
    assert.equal(variable('engine', written), wanted)
    assert.equal(variable('grafana', read), wanted)
  }
})

test('our services run commands that there are, on files that are mounted', () => {
  for (const [name, service] of ours) {
    const words = commandOf(service)
    const line = words.join(' ')
    assert.ok(
      commands.some(command => line === command.name || line.startsWith(`${command.name} `)),
      `${name}: ${line}`,
    )
    for (const file of words.filter(word => word.endsWith('.ts'))) {
      const mount = service.volumes?.find(volume => `/app/${file}`.startsWith(`${volume.split(':')[1]}/`))
      assert.ok(mount !== undefined, `${name}: ${file} is not mounted`)
      const [from, to] = mount.split(':')
      assert.ok(existsSync(join(deploy, from!, `/app/${file}`.slice(to!.length))), `${name}: ${file}`)
    }
  }
})

test('the topics that are made are those that the job reads', async t => {
  const folder = new CliFolder(t)
  folder.write('clicks.ts', withSources(deployText('jobs/clicks.ts'), folder.path))
  const { out } = await folder.run('graph clicks.ts')
  const read = [...out.matchAll(/^ +source +.*from topic (?<topic>[\w.-]+)/gm)].map(
    ({ groups }) => groups!.topic,
  )
  const made = commandOf(services.topics!).flatMap(
    word => /^--topic=(?<topic>.+)$/.exec(word)?.groups?.topic ?? [],
  )
  assert.deepEqual(made, read)
  assert.match(deployText('clicks/produce.sh'), new RegExp(`--topic[ =]${read[0]}\\b`))
})
