import type { Setting } from './setting.ts'
import { text, toggle, word } from './setting.ts'

/** The schema registry, and what we may do there. They stand in the configuration as `schemaRegistry: { url, ... }`. */
export const registrySettings = {
  'schemaRegistry.url': addresses({
    about: 'where its API begins, as `http://registry:8081`; several in an array or with commas between',
    env: 'HEADRACE_SCHEMA_REGISTRY',
    // An address may have a password in it.
    secret: true,
  }),
  'schemaRegistry.username': text(undefined, {
    about: 'our name there, which goes with a password',
    env: 'HEADRACE_SCHEMA_REGISTRY_USER',
  }),
  'schemaRegistry.password': text(undefined, {
    about: 'our password',
    env: 'HEADRACE_SCHEMA_REGISTRY_PASSWORD',
    secret: true,
  }),
  'schemaRegistry.token': text(undefined, {
    about: 'a bearer token, instead of name and password',
    env: 'HEADRACE_SCHEMA_REGISTRY_TOKEN',
    secret: true,
  }),
  'schemaRegistry.subjects': word(['topic', 'record', 'topic-record'], undefined, {
    about:
      "what schemas are registered under: `<topic>-value` (default), the record's name, or `<topic>-<record>`",
    env: 'HEADRACE_SCHEMA_REGISTRY_SUBJECTS',
  }),
  'schemaRegistry.register': toggle({
    about:
      'whether schemas of outputs that are not there are registered (default); otherwise they are an error',
    env: 'HEADRACE_SCHEMA_REGISTRY_REGISTER',
  }),
  'schemaRegistry.ca': pemFile('that has the authorities to believe', 'CA'),
  'schemaRegistry.cert': pemFile('that has our own certificate', 'CERT'),
  'schemaRegistry.key': pemFile('that has the key of our certificate', 'KEY'),
  'schemaRegistry.passphrase': text(undefined, {
    about: 'of an encrypted key',
    env: 'HEADRACE_SCHEMA_REGISTRY_PASSPHRASE',
    secret: true,
  }),
} as const

function pemFile(what: string, name: string): Setting<string | undefined> {
  const env = `HEADRACE_SCHEMA_REGISTRY_${name}`
  return text(undefined, { about: `a PEM file ${what}`, env, isPath: true })
}

function addresses(
  source: Pick<Setting<unknown>, 'about' | 'env' | 'secret'>,
): Setting<readonly string[] | undefined> {
  return {
    ...source,
    fallback: undefined,
    allowed: 'addresses that begin with http:// or https://',
    read: value => {
      const list = typeof value === 'string' ? value.split(',').map(one => one.trim()) : value
      return Array.isArray(list) && list.length > 0 && list.every(isAddress) ? list : undefined
    },
  }
}

function isAddress(value: unknown): boolean {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && /^https?:$/.test(url.protocol)
}
