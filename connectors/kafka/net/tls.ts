import type net from 'node:net'
import tls from 'node:tls'
import { HeadraceError, messageOf } from '../../../engine/errors.ts'
import type { TlsConfig } from '../config.ts'

/** Begins a TLS connection. Node's own authorities are trusted where no `ca` is given. */
export function startTls(socket: net.NetConnectOpts, config: true | TlsConfig): tls.TLSSocket {
  const given = config === true ? {} : config
  const { servername } = given
  try {
    return tls.connect({ ...socket, ...given, ...(servername === undefined ? {} : { servername }) })
  } catch (cause) {
    const message = `tls: ca, cert or key cannot be used: ${messageOf(cause)}`
    throw new HeadraceError('HR_CONFIG_INVALID', message)
  }
}
