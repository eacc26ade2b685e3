import { HeadraceError, isHeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type {
  OutputSchema,
  SchemaRegistry,
  SchemaRegistryModule,
  WriterSchema,
} from '../../engine/schema-registry.ts'
import { avroOf, found, idIn, reasonIn, refused, storedSchema } from './answers.ts'
import type { RegistryOptions } from './config.ts'
import { addressesOf } from './config.ts'
import type { RegistryAnswer } from './exchange.ts'
import { withReferences } from './references.ts'
import type { Notify } from './requests.ts'
import { RegistryRequests, said } from './requests.ts'
import { subjectOf } from './subject.ts'

interface SchemaBody {
  readonly schema: string
}

/** A schema registry that speaks Confluent's REST API. */
export class RegistryClient implements SchemaRegistry {
  readonly module: SchemaRegistryModule
  private readonly options: RegistryOptions
  private readonly requests: RegistryRequests
  /** Of the outputs: what a job has once been told holds as long as it runs. */
  private readonly ids = new Map<string, number>()
  private readonly schemas = new Map<number, WriterSchema>()
  /** Until when a number that the registry does not know is not asked for again. */
  private readonly unknown = new Map<number, number>()
  private readonly asking = new Map<number, Promise<WriterSchema | undefined>>()

  constructor(options: RegistryOptions, notify: Notify) {
    this.module = { url: import.meta.url, options }
    this.options = options
    this.requests = new RegistryRequests(addressesOf(options), options.tls, notify)
  }

  async idOf(output: OutputSchema): Promise<number> {
    const subject = subjectOf(output, this.options.subjects ?? 'topic')
    const body = { schema: JSON.stringify(output.schema) }
    const key = JSON.stringify([subject, body])
    const id = this.ids.get(key) ?? (await this.findOrRegister(subject, output, body))
    this.ids.set(key, id)
    return id
  }

  byId(id: number): WriterSchema | undefined | Promise<WriterSchema | undefined> {
    const known = this.schemas.get(id)
    if (known !== undefined) return known
    // Registries count from 1; what is negative comes from bytes that are no number of a schema.
    if (id < 0 || performance.now() < (this.unknown.get(id) ?? 0)) return undefined
    const asked = this.asking.get(id) ?? this.ask(id).finally(() => this.asking.delete(id))
    this.asking.set(id, asked)
    return asked
  }

  close(): void {
    this.requests.close()
  }

  private async ask(id: number): Promise<WriterSchema | undefined> {
    const schema = await this.fetch(id)
    if (schema === undefined) keep(this.unknown, id, performance.now() + limits.registryUnknownMs)
    else keep(this.schemas, id, schema)
    return schema
  }

  private async fetch(id: number): Promise<WriterSchema | undefined> {
    const what = `fetching schema ${id}`
    const json = found(await this.requests.send({ method: 'GET', path: `/schemas/ids/${id}` }), what)
    if (json === undefined) return undefined
    const stored = storedSchema(json, what)
    try {
      if (stored.references.length === 0) return avroOf(stored)
      return await withReferences(stored, reference => this.referred(reference))
    } catch (error) {
      // What is wrong with the schema is an error of the records that were written with it.
      if (isHeadraceError(error) && error.code.startsWith('HR_SCHEMA_')) return error
      throw error
    }
  }

  private async referred({ subject, version }: { readonly subject: string; readonly version: number }) {
    const what = `fetching version ${version} of subject "${subject}"`
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`
    const json = found(await this.requests.send({ method: 'GET', path }), what)
    if (json !== undefined) return storedSchema(json, what)
    throw new HeadraceError('HR_SCHEMA_INVALID', `there is no version ${version} of subject "${subject}"`)
  }

  /** A schema that is there already is taken as it is: what may be registered beside it is of no matter then. */
  private async findOrRegister(subject: string, output: OutputSchema, body: SchemaBody): Promise<number> {
    const there = await this.lookUp(subject, body)
    if (there !== undefined) return there
    if (this.options.register === false) {
      const message = `subject "${subject}" does not have the schema of ${output.record}, and register is false`
      throw new HeadraceError('HR_SCHEMA_UNREGISTERED', message)
    }
    await this.checkCompatibility(subject, output, body)
    return this.register(subject, output, body)
  }

  private async lookUp(subject: string, body: SchemaBody): Promise<number | undefined> {
    const what = `looking up the schema under subject "${subject}"`
    const json = found(await this.post(`/subjects/${encodeURIComponent(subject)}?normalize=true`, body), what)
    return json && idIn(json, what)
  }

  private async checkCompatibility(subject: string, output: OutputSchema, body: SchemaBody): Promise<void> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`
    const json = found(await this.post(path, body), `checking the schema against subject "${subject}"`)
    if (json?.is_compatible === false) throw incompatible(subject, output, reasonIn(json))
  }

  /** The registry may compare with more than the latest version, and so refuse what has passed the check. */
  private async register(subject: string, output: OutputSchema, body: SchemaBody): Promise<number> {
    const what = `registering the schema under subject "${subject}"`
    const answer = await this.post(`/subjects/${encodeURIComponent(subject)}/versions?normalize=true`, body)
    if (answer.status === 409) throw incompatible(subject, output, said(answer))
    const json = found(answer, what)
    if (json === undefined) throw refused(answer, what)
    return idIn(json, what)
  }

  private post(path: string, body: SchemaBody): Promise<RegistryAnswer> {
    return this.requests.send({ method: 'POST', path, body })
  }
}

/** Worker threads call it too, each for a client of its own. */
export function openSchemaRegistry(
  options: RegistryOptions,
  notify: Notify = message => process.emitWarning(message),
): RegistryClient {
  return new RegistryClient(options, notify)
}

function keep<T>(map: Map<number, T>, id: number, value: T): void {
  if (map.size >= limits.writerSchemas) map.clear()
  map.set(id, value)
}

function incompatible(subject: string, { record, schema }: OutputSchema, reason: string): HeadraceError {
  const message = `subject "${subject}" does not take the schema of ${record}: ${reason}; ours is ${JSON.stringify(schema)}`
  return new HeadraceError('HR_SCHEMA_INCOMPATIBLE', message)
}
