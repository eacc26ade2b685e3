import { HeadraceError } from '../../engine/errors.ts'
import type { FeatureViewSpec } from '../../engine/stores/feature-view.ts'
import type { WriterPlace } from '../../engine/stores/stores.ts'
import type { RedisClient } from './client.ts'
import type { ExpiryCommand } from './fenced-write.ts'

/** The command that makes values of a view expire as the deployment wants it, of those that this server has. */
export async function expiryCommand(
  client: RedisClient,
  view: FeatureViewSpec,
  place: WriterPlace,
): Promise<ExpiryCommand> {
  if (view.ttlMs === null) return 'none'
  if (client.place.expiry === 'key') return 'pexpireat'
  const known = (await client.askAgain(connected =>
    connected.call('COMMAND', 'INFO', 'HSETEX', 'HPEXPIREAT'),
  )) as readonly unknown[]
  if (known[0] !== null) return 'hsetex'
  if (known[1] !== null) return 'hpexpireat'
  const message = `${client.place.name} cannot let fields expire by themselves, as feature view "${view.name}" with its ttl wants it`
  throw new HeadraceError('HR_STORE_TOO_OLD', message, place)
}
