import { commands } from '../../cli/cli.ts'
import type { Command } from '../../cli/command.ts'
import { exitMeanings } from '../../cli/exit-codes.ts'
import { helpOf } from '../../cli/help.ts'
import { influxSettings } from '../../cli/settings/influx.ts'
import { kafkaSettings } from '../../cli/settings/kafka.ts'
import { metricsSettings } from '../../cli/settings/metrics.ts'
import { modelServerSettings } from '../../cli/settings/model-server.ts'
import { redisSettings } from '../../cli/settings/redis.ts'
import { registrySettings } from '../../cli/settings/registry.ts'
import { serveSettings } from '../../cli/settings/serve.ts'
import type { Setting } from '../../cli/settings/setting.ts'
import { openLimits, settings } from '../../cli/settings.ts'

const introduction = `# The command line

Generated from \`cli/\` by \`npm run docs\`.

## Exit codes

| code | meaning |
|---|---|
${exitMeanings.map(([code, meaning]) => `| ${code} | ${meaning} |`).join('\n')}

A failure is one message on standard error: its code, what happened, where, and what to do. With \`--json\` it is a
JSON line on standard output too; with \`--verbose\` the stacks follow.

## Configuration

A job says what, the deployment says where. Its settings come from flags, else from the environment, else from
\`headrace.config.ts\` in the current directory (or what \`--config\` names), else from the defaults. Unknown keys and
values that are not allowed fail before anything is read.

\`\`\`ts
export default {
  dataDir: '/var/lib/headrace',
  commitMs: 100,
  retention: '7d',
  limits: { recordBytes: 1_000_000 },
}
\`\`\`

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(settings)}

With \`brokers\`, topics and state are on Kafka ([how](kafka.md)). A key with a dot is a field of an object:
\`sasl: { username: 'me' }\`.

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(kafkaSettings)}

Topics with \`registry\` have their schemas in a [schema registry](schema-registry.md):

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(registrySettings)}

[Feature views](features.md) are in Redis where it is configured, else in the data directory. What comes from the
environment alone does not stand in a file.

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(redisSettings)}

[Series](series.md) are in InfluxDB where it is configured, else in the data directory:

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(influxSettings)}

What a running job [tells of itself](monitoring.md):

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(metricsSettings)}

What \`headrace serve features\` and \`headrace serve models\` [listen to](feature-server.md):

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(serveSettings)}

How \`headrace serve models\` [scores](model-server.md); durations without a unit are milliseconds:

| key | environment | flag | allowed | default | |
|---|---|---|---|---|---|
${settingRows(modelServerSettings)}

\`limits\` may set ${openLimits.map(name => `\`${name}\``).join(', ')}: see [limits](limits.md).
\`parameters: { name: value }\` sets [parameters](parameters.md) of the job.

## Commands
`

export function commandLinePage(): string {
  return [introduction, ...commands.map(section)].join('\n')
}

function settingRows(table: Readonly<Record<string, Setting<unknown>>>): string {
  return Object.entries(table)
    .map(([key, setting]) => settingRow(key, setting))
    .join('\n')
}

function settingRow(key: string, setting: Setting<unknown>): string {
  const { env, flag, allowed, fallback, isEnvOnly = false } = setting
  const about = isEnvOnly ? `${setting.about}; from the environment alone` : setting.about
  const code = (text: string | undefined) => (text === undefined ? '' : `\`${text}\``)
  const cells = [code(key), code(env), code(flag && `--${flag}`), allowed, code(fallback?.toString()), about]
  return `| ${cells.join(' | ')} |`
}

function section(command: Command): string {
  return `### headrace ${command.name}

\`\`\`
${helpOf(command).join('\n')}
\`\`\`
`
}
