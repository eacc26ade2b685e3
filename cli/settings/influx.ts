import type { Setting } from './setting.ts'
import { duration, text, toggle } from './setting.ts'

/** InfluxDB, for series. They stand in the configuration as `influx: { url, org, bucket, ... }`. */
export const influxSettings = {
  'influx.url': text(undefined, {
    about: 'as `http://host:8086`; with it series are in InfluxDB',
    env: 'HEADRACE_INFLUX_URL',
    // Somebody may have put a password into it, which is an error.
    secret: true,
  }),
  'influx.token': text(undefined, {
    about: 'what lets us in',
    env: 'HEADRACE_INFLUX_TOKEN',
    secret: true,
    isEnvOnly: true,
  }),
  'influx.username': text(undefined, {
    about: 'our name there, which goes with a password, instead of a token',
    env: 'HEADRACE_INFLUX_USER',
  }),
  'influx.password': text(undefined, {
    about: 'our password',
    env: 'HEADRACE_INFLUX_PASSWORD',
    secret: true,
    isEnvOnly: true,
  }),
  'influx.org': text(undefined, { about: 'the organization', env: 'HEADRACE_INFLUX_ORG' }),
  'influx.bucket': text(undefined, { about: 'the bucket', env: 'HEADRACE_INFLUX_BUCKET' }),
  'influx.createBucket': toggle({
    about: 'whether the bucket is created where it is missing; without it that is an error',
    env: 'HEADRACE_INFLUX_CREATE_BUCKET',
  }),
  'influx.retention': duration({
    about: 'how long a created bucket keeps points; without it, forever',
    env: 'HEADRACE_INFLUX_RETENTION',
  }),
  'influx.gzip': toggle({
    about: 'whether points are sent compressed (default)',
    env: 'HEADRACE_INFLUX_GZIP',
  }),
  'influx.ca': pemFile('that has the authorities to believe', 'CA'),
  'influx.cert': pemFile('that has our own certificate', 'CERT'),
  'influx.key': pemFile('that has the key of our certificate', 'KEY'),
  'influx.passphrase': text(undefined, {
    about: 'of an encrypted key',
    env: 'HEADRACE_INFLUX_PASSPHRASE',
    secret: true,
    isEnvOnly: true,
  }),
} as const

function pemFile(what: string, name: string): Setting<string | undefined> {
  return text(undefined, { about: `a PEM file ${what}`, env: `HEADRACE_INFLUX_${name}`, isPath: true })
}
