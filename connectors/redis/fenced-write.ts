import type { Script } from './scripts.ts'
import { script } from './scripts.ts'

/** How values expire in a call: not at all, field by field in the write itself or behind it, or key by key. */
export type ExpiryCommand = 'none' | 'hsetex' | 'hpexpireat' | 'pexpireat'

/**
 * Writes rows of one view and decides for each field whether what it has is newer than what is stored. `KEYS` are the
 * entities' keys. `ARGV`: how many fields there are; their names; for how long after its event time a value is kept,
 * where values expire; then for each key the values to be stored. A stored value begins with its event time and
 * position, two little-endian doubles, that all values of a row have in common.
 */
export function fencedWrite(expiry: ExpiryCommand): Script {
  const { head, write } = writes[expiry]
  const expires = expiry !== 'none'
  return script(`
local call, unpack, stamp = redis.call, unpack, struct.unpack
local fields = tonumber(ARGV[1])
local read = {'HMGET', ''}
for k = 1, fields do read[2 + k] = ARGV[1 + k] end
local at = 1 + fields
${expires ? 'at = at + 1 local life = tonumber(ARGV[at])' : ''}
local set = {${head}}
local first = #set
for i = 1, #KEYS do
  read[2] = KEYS[i]
  local stored = call(unpack(read))
  local time, position = stamp('<dd', ARGV[at + 1])
  local n = first
  for k = 1, fields do
    local old = stored[k]
    local counts = true
    if old then
      local oldTime, oldPosition = stamp('<dd', old)
      counts = oldTime < time or (oldTime == time and oldPosition <= position)
    end
    if counts then
      set[n + 1] = read[2 + k]
      set[n + 2] = ARGV[at + k]
      n = n + 2
    end
  end
  if n > first then
    ${expires ? "local till = string.format('%.0f', math.max(1, time + life))" : ''}
    set[2] = KEYS[i]
    ${write}
  end
  at = at + fields
end
return #KEYS`)
}

const plainHead = "'HSET', ''"
const plainWrite = 'call(unpack(set, 1, n))'

const writes: Record<ExpiryCommand, { readonly head: string; readonly write: string }> = {
  none: { head: plainHead, write: plainWrite },
  hsetex: {
    head: "'HSETEX', '', 'PXAT', '', 'FIELDS', ''",
    write: `set[4] = till set[6] = (n - first) / 2 ${plainWrite}`,
  },
  hpexpireat: {
    head: plainHead,
    write: `${plainWrite}
    local expire = {'HPEXPIREAT', KEYS[i], till, 'FIELDS', (n - first) / 2}
    for k = first + 1, n, 2 do expire[#expire + 1] = set[k] end
    call(unpack(expire))`,
  },
  // A key without an expiry is one that never expires, for GT.
  pexpireat: {
    head: plainHead,
    write: `${plainWrite}
    if call('PEXPIREAT', KEYS[i], till, 'NX') == 0 then call('PEXPIREAT', KEYS[i], till, 'GT') end`,
  },
}
