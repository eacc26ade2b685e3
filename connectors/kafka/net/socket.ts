import { once } from 'node:events'
import net from 'node:net'
import { limits } from '../../../engine/limits.ts'
import type { TlsConfig } from '../config.ts'
import type { Address } from './address.ts'
import { addressText } from './address.ts'
import { KafkaDisconnected } from './disconnected.ts'
import { socketError } from './socket-error.ts'
import { startTls } from './tls.ts'

/** What takes the bytes of a socket in; it must not throw. */
export interface Receiver {
  target(): Uint8Array
  received(count: number, into: Uint8Array): void
}

/** An open socket to a broker, TLS agreed where that is asked for, whose bytes go straight to the receiver. */
export async function openSocket(
  address: Address,
  tls: boolean | TlsConfig,
  receiver: Receiver,
): Promise<net.Socket> {
  const options: net.NetConnectOpts = {
    host: address.host,
    port: address.port,
    onread: {
      buffer: () => receiver.target(),
      callback: (count, into) => {
        receiver.received(count, into)
        return true
      },
    },
  }
  const socket = tls === false ? net.connect(options) : startTls(options, tls)
  const tooLong = setTimeout(() => {
    const reason = `no connection within ${limits.kafkaConnectMs} ms`
    socket.destroy(new KafkaDisconnected(addressText(address), reason))
  }, limits.kafkaConnectMs)
  try {
    await once(socket, tls === false ? 'connect' : 'secureConnect')
  } catch (error) {
    throw socketError(address, error, socket)
  } finally {
    clearTimeout(tooLong)
  }
  return socket.setNoDelay(true).setKeepAlive(true, keepAliveMs)
}

/** Routers forget connections that are silent for some minutes; a dead peer shows after as long. */
const keepAliveMs = 30_000
