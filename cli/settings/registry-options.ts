import type { RegistryOptions, RegistryTls } from '../../connectors/registry/config.ts'
import { addressesOf } from '../../connectors/registry/config.ts'
import { needAddress } from './need-address.ts'
import { pemFiles } from './pem-file.ts'
import { registrySettings } from './registry.ts'
import type { ValueOf } from './setting.ts'

type Settings = typeof registrySettings
export type RegistryValues = { readonly [K in keyof Settings]: ValueOf<Settings[K]> }

/** What the single settings come to, if there is a registry. What contradicts itself fails. */
export function registryOptionsOf(values: RegistryValues): RegistryOptions | undefined {
  const url = values['schemaRegistry.url']
  if (!needAddress(registrySettings, values, ['schemaRegistry.url']) || url === undefined) return undefined
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
  const passphrase = values['schemaRegistry.passphrase']
  const files = pemFiles(registrySettings, values, 'schemaRegistry')
  return files && { ...files, ...(passphrase !== undefined && { passphrase }) }
}
