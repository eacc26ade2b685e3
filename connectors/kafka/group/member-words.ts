import type { TaskId } from './task-set.ts'
import { readTasks, writeTasks } from './task-set.ts'

/** A task as a member knows it: the topics say what a lag tool is to show for it. */
export interface KnownTask extends TaskId {
  readonly inputs: readonly string[]
}

/** What a member says of itself when it joins. */
export interface MemberWords {
  readonly capacity: number
  /** Which assignment `owned` is of; -1 before the first. */
  readonly generation: number
  readonly owned: readonly TaskId[]
  readonly known: readonly KnownTask[]
  /** Counts how often it has asked for a rebalance: a member that says nothing new is not heard. */
  readonly asked: number
}

/** What the leader says to a member, beside the topic partitions that anybody can read. */
export interface LeaderWords {
  readonly owned: readonly TaskId[]
  /** All tasks that the leader has heard of. */
  readonly all: readonly TaskId[]
}

interface KnownText {
  readonly inputs: readonly string[]
  readonly tasks: string
}

export function writeMemberWords({ capacity, generation, owned, known, asked }: MemberWords): Uint8Array {
  return write({ capacity, generation, owned: writeTasks(owned), known: writeKnown(known), asked })
}

/** Undefined where these are not the words of a member of ours. */
export function readMemberWords(bytes: Uint8Array): MemberWords | undefined {
  const { capacity, generation, owned, known, asked } = read(bytes)
  if (!isCount(capacity) || capacity === 0 || !isCount(asked)) return undefined
  if (generation !== -1 && !isCount(generation)) return undefined
  const [ownedTasks, knownTasks] = [readTaskField(owned), readKnown(known)]
  if (ownedTasks === undefined || knownTasks === undefined) return undefined
  return { capacity, generation, owned: ownedTasks, known: knownTasks, asked }
}

export function writeLeaderWords({ owned, all }: LeaderWords): Uint8Array {
  return write({ owned: writeTasks(owned), all: writeTasks(all) })
}

/** Undefined where these are not the words of a leader of ours. */
export function readLeaderWords(bytes: Uint8Array): LeaderWords | undefined {
  const fields = read(bytes)
  const [owned, all] = [readTaskField(fields.owned), readTaskField(fields.all)]
  return owned === undefined || all === undefined ? undefined : { owned, all }
}

/** Tasks that read the same topics together. */
function writeKnown(known: readonly KnownTask[]): KnownText[] {
  const sets = new Map<string, { inputs: readonly string[]; tasks: KnownTask[] }>()
  for (const task of known) {
    const key = task.inputs.join(' ')
    const set = sets.get(key) ?? { inputs: task.inputs, tasks: [] }
    set.tasks.push(task)
    sets.set(key, set)
  }
  return [...sets.values()].map(({ inputs, tasks }) => ({ inputs, tasks: writeTasks(tasks) }))
}

function readKnown(value: unknown): KnownTask[] | undefined {
  if (!Array.isArray(value)) return undefined
  const known: KnownTask[] = []
  for (const { inputs, tasks } of value.map(fieldsOf)) {
    const ids = readTaskField(tasks)
    if (ids === undefined || !Array.isArray(inputs) || !inputs.every(isText)) return undefined
    for (const id of ids) known.push({ ...id, inputs })
  }
  return known
}

function readTaskField(value: unknown): TaskId[] | undefined {
  return isText(value) ? readTasks(value) : undefined
}

function write(fields: Readonly<Record<string, unknown>>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(fields))
}

/** No fields, where there is no JSON object. */
function read(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return {}
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
