import type { RegistryOptions, RegistryTls } from '../../connectors/registry/config.ts'
import { addressesOf } from '../../connectors/registry/config.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { readPem } from './pem-file.ts'
import { registrySettings } from './registry.ts'
import type { ValueOf } from './setting.ts'

type Settings = typeof registrySettings
type Key = keyof Settings
export type RegistryValues = { readonly [K in Key]: ValueOf<Settings[K]> }

/** What the single settings come to, if there is a registry. What contradicts itself fails. */
export function registryOptionsOf(values: RegistryValues): RegistryOptions | undefined {
  const url = values['schemaRegistry.url']
  if (url === undefined) {
    const lone = (Object.keys(registrySettings) as Key[]).find(key => values[key] !== undefined)
    if (lone === undefined) return undefined
    const message = `${named(lone)} is given, but ${named('schemaRegistry.url')} is not`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
  const options = {
    url,
    username: values['schemaRegistry.username'],
    password: values['schemaRegistry.password'],
    token: values['schemaRegistry.token'],
    subjects: values['schemaRegistry.subjects'],
    register: values['schemaRegistry.register'],
    tls: tlsOf(values),
  }
  addressesOf(options)
  return options
}

function tlsOf(values: RegistryValues): RegistryTls | undefined {
  const keys = ['ca', 'cert', 'key'] as const
  const passphrase = values['schemaRegistry.passphrase']
  const files = keys.flatMap(name => {
    const file = values[`schemaRegistry.${name}`]
    return file === undefined ? [] : [[name, readPem(named(`schemaRegistry.${name}`), file)]]
  })
  if (files.length === 0) return undefined
  return { ...Object.fromEntries(files), ...(passphrase !== undefined && { passphrase }) }
}

function named(key: Key): string {
  return `${key} (${registrySettings[key].env})`
}
