import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { test } from 'node:test'
import { CliFolder } from '../support/cli.ts'
import { compose, deploy, deployText as text, deployYaml as yaml } from '../support/compose.ts'
import { root } from '../support/source-tree.ts'

const { services: byName, volumes: declared } = compose
const services = Object.entries(byName)

/** Of all that the Compose specification has, what is in use here: a key of another name would do nothing, silently. */
const keys = {
  top: ['name', 'x-headrace', 'services', 'volumes'],
  service: [
    ...['build', 'cap_drop', 'command', 'depends_on', 'environment', 'healthcheck', 'image', 'init', 'ports'],
    ...['read_only', 'restart', 'security_opt', 'stop_grace_period', 'tmpfs', 'volumes'],
  ],
  build: ['context', 'dockerfile'],
  depends_on: ['condition'],
  healthcheck: ['test', 'interval', 'timeout', 'retries', 'start_period'],
} as const

test('every key is one that Compose knows, and so is what is waited for', () => {
  const known = (value: object, names: readonly string[], where: string) => {
    assert.deepEqual(
      Object.keys(value).filter(key => !names.includes(key)),
      [],
      where,
    )
  }
  known(compose, keys.top, 'compose.yaml')
  for (const [name, service] of services) {
    const { build = {}, healthcheck = {}, depends_on = {} } = service
    known(service, keys.service, name)
    known(build, keys.build, name)
    known(healthcheck, keys.healthcheck, name)
    for (const [key, value] of Object.entries(healthcheck)) {
      if (key !== 'test' && key !== 'retries') assert.match(String(value), /^\d+s$/, `${name}: ${key}`)
    }
    const conditions = ['service_started', 'service_healthy', 'service_completed_successfully']
    for (const wanted of Object.values(depends_on)) {
      known(wanted, keys.depends_on, name)
      assert.ok(conditions.includes(wanted.condition), `${name}: ${wanted.condition}`)
    }
  }
})

test('every image has a version, and ours the Node that the repository is developed with', () => {
  for (const [name, { image, build }] of services) {
    if (image !== 'headrace:local') assert.match(image, /^[\w/-]+:v?\d+\.\d+\.\d+$/, name)
    if (build !== undefined) assert.ok(existsSync(join(deploy, build.context, build.dockerfile)), name)
  }
  const { devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const bases = [...text('Dockerfile').matchAll(/^FROM (?<image>\S+)/gm)].map(({ groups }) => groups!.image)
  assert.deepEqual(new Set(bases), new Set([`node:${devDependencies.node}-slim`]))
})

test('our image runs as nobody special, and is made of files that are there', () => {
  const steps = text('Dockerfile').split('\n')
  const user = steps.findLastIndex(step => step.startsWith('USER '))
  assert.equal(steps[user], 'USER node')
  assert.ok(user < steps.findIndex(step => step.startsWith('ENTRYPOINT ')))
  const kept = [...text('Dockerfile.dockerignore').matchAll(/^!(?<path>.+)$/gm)].map(
    ({ groups }) => groups!.path!,
  )
  for (const path of kept) assert.ok(existsSync(join(root, path)), path)
  const { include } = JSON.parse(readFileSync(`${root}tsconfig.build.json`, 'utf8')) as { include: string[] }
  for (const folder of include) assert.ok(kept.includes(folder), folder)
})

test('ports are published on loopback alone, each once', () => {
  const published = services.flatMap(([, { ports = [] }]) => ports)
  const taken = published.map(port => /^127\.0\.0\.1:(?<host>\d+):\d+$/.exec(port)?.groups?.host)
  assert.ok(!taken.includes(undefined), published.join())
  assert.equal(new Set(taken).size, taken.length)
})

test('what is mounted is there, and volumes are declared', () => {
  const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map(volume => volume.split(':')[0]!))
  for (const source of mounted) {
    if (source.startsWith('.')) assert.ok(existsSync(posix.join(deploy, source)), source)
    else assert.ok(source in declared, source)
  }
  for (const name of Object.keys(declared)) assert.ok(mounted.includes(name), name)
})

test('services wait for services that say when they are well', () => {
  for (const [name, { depends_on = {}, restart }] of services) {
    assert.ok(restart !== undefined, name)
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const healthcheck = byName[other]?.healthcheck
      assert.ok(other in byName, `${name} waits for ${other}`)
      assert.ok(condition !== 'service_healthy' || healthcheck !== undefined, `${name} waits for ${other}`)
    }
  }
  for (const [name, { ports, healthcheck }] of services) {
    if (ports !== undefined) assert.ok(healthcheck !== undefined, name)
  }
})

test('secrets come from the environment, and the example names all of them', () => {
  const offered = [...text('.env.example').matchAll(/^(?<name>\w+)=/gm)].map(({ groups }) => groups!.name)
  const asked = [...text('compose.yaml').matchAll(/(?<!\$)\$\{(?<name>\w+)/g)].map(
    ({ groups }) => groups!.name,
  )
  assert.deepEqual(new Set(asked), new Set(offered))
  for (const [name, { environment = {} }] of services) {
    for (const [variable, value] of Object.entries(environment)) {
      if (/PASSWORD|TOKEN|SECRET/.test(variable))
        assert.match(String(value), /^\$\{\w+:\?/, `${name}: ${variable}`)
    }
  }
})

for (const [name, { environment = {}, image }] of services.filter(
  ([, { image }]) => image === 'headrace:local',
)) {
  test(`${image} is told of nothing that it does not know, and takes all of it: ${name}`, async t => {
    const page = readFileSync(`${root}docs/command-line.md`, 'utf8')
    const known = new Set(page.match(/`HEADRACE_\w+`/g)?.map(name => name.slice(1, -1)))
    for (const variable of Object.keys(environment)) assert.ok(known.has(variable), variable)
    const folder = new CliFolder(t)
    const { entry } = (await folder.run('token new --scope read:user-stats --json')).json()[0]!
    const env = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => {
        const secret = variable === 'HEADRACE_SERVE_TOKENS' ? JSON.stringify([entry]) : 'hush'
        return [variable, /^\$\{/.test(String(value)) ? secret : String(value)]
      }),
    )
    const { code, err } = await folder.run('log ls --data here', { env })
    assert.equal(code, 0, err)
  })
}

test('what Prometheus and Grafana read is served by a service', () => {
  const { scrape_configs: scraped, rule_files: rules } = yaml<{
    scrape_configs: { static_configs: { targets: string[] }[] }[]
    rule_files: string[]
  }>('prometheus.yml')
  const { datasources } = yaml<{ datasources: { url: string; uid: string }[] }>(
    'grafana/provisioning/datasources/headrace.yaml',
  )
  const targets = scraped.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets))
  for (const target of [...targets, ...datasources.map(({ url }) => new URL(url).host)]) {
    const [host, port] = target.replace('localhost', 'prometheus').split(':')
    const { ports = [] } = byName[host!]!
    assert.ok(
      ports.some(one => one.endsWith(`:${port}`)),
      target,
    )
  }
  for (const file of rules) assert.ok(byName.prometheus!.volumes!.some(one => one.startsWith(`./${file}:`)))
})

test('Grafana finds its dashboards and the variables of its data sources', () => {
  const { providers } = yaml<{ providers: { options: { path: string } }[] }>(
    'grafana/provisioning/dashboards/headrace.yaml',
  )
  const { volumes = [], environment = {} } = byName.grafana!
  for (const { options } of providers) assert.ok(volumes.includes(`./grafana/generated:${options.path}:ro`))
  const home = posix.basename(String(environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH))
  assert.ok(existsSync(join(deploy, 'grafana/generated', home)))
  const used = text('grafana/provisioning/datasources/headrace.yaml').match(/(?<=\$)\w+/g) ?? []
  for (const name of used) assert.ok(name in environment, name)
})
