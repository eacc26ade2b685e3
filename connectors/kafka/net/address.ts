import { HeadraceError } from '../../../engine/errors.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Reads `host:port`; an IPv6 host stands in brackets. */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:/\s]+)):(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[3])
  if (match === null || port === 0 || port > 65_535) {
    throw new HeadraceError(
      'HR_CONFIG_INVALID',
      `brokers: ${JSON.stringify(text)} is not of the form host:port`,
    )
  }
  return { host: match[1] ?? match[2], port }
}

export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
