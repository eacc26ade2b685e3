import type { ErrorPlace } from '../../engine/errors.ts'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { ViewDefinition } from '../../engine/stores/view-definition.ts'
import { definitionText, needSameShape, parseDefinition } from '../../engine/stores/view-definition.ts'
import type { RedisClient } from './client.ts'
import { versionName, viewsKey } from './keys.ts'
import { promoteVersion } from './scripts.ts'

interface Known {
  readonly definition: ViewDefinition
  readonly until: number
}

/** All views with the versions that there are, and those that are promoted, kept in one hash. */
export class ViewCatalog {
  private readonly client: RedisClient
  private readonly key: string
  private readonly known = new Map<string, Known>()

  constructor(client: RedisClient) {
    this.client = client
    this.key = viewsKey(client.place.keyPrefix)
  }

  /** The first version of a view is promoted by being the first. */
  async define(view: ViewDefinition, place?: ErrorPlace): Promise<void> {
    const text = definitionText(view)
    const version = versionName(view)
    const stored = await this.client.askAgain(async client => {
      await client.hsetnx(this.key, version, text)
      await client.hsetnx(this.key, view.name, String(view.version))
      return client.hget(this.key, version)
    })
    if (stored === text || stored === null) return
    needSameShape(parseDefinition(stored), view, place)
    await this.client.askAgain(client => client.hset(this.key, version, text))
  }

  /** A version, the promoted one unless it is named. */
  async definition(view: string, version?: number): Promise<ViewDefinition> {
    const named = version ?? (await this.promoted(view))
    const definition = named === undefined ? undefined : await this.recall(view, named)
    if (definition === undefined) throw await this.unknown(view, named)
    return definition
  }

  /** Every version of every view, and which are promoted. */
  async all(): Promise<{ readonly definitions: ViewDefinition[]; readonly promoted: Map<string, number> }> {
    const stored = Object.entries(await this.client.ask(client => client.hgetall(this.key)))
    return {
      definitions: stored.filter(([name]) => name.includes('@')).map(([, text]) => parseDefinition(text)),
      promoted: new Map(
        stored.filter(([name]) => !name.includes('@')).map(([name, version]) => [name, Number(version)]),
      ),
    }
  }

  async promote(view: string, version: number): Promise<void> {
    const done = await this.client.run(promoteVersion, this.key, view, String(version))
    if (done !== 1) throw await this.unknown(view, version)
  }

  async remove(definition: ViewDefinition, isLast: boolean): Promise<void> {
    const version = versionName(definition)
    const names = isLast ? [version, definition.name] : [version]
    await this.client.askAgain(client => client.hdel(this.key, ...names))
    this.known.delete(version)
  }

  async unknown(view: string, version?: number): Promise<HeadraceError> {
    const { definitions } = await this.all()
    const versions = definitions.filter(({ name }) => name === view).map(definition => definition.version)
    const names = [...new Set(definitions.map(({ name }) => name))].toSorted()
    const message =
      versions.length === 0
        ? `there is no feature view "${view}"; there are ${names.join(', ') || 'none'}`
        : `feature view "${view}" has no version ${version}; there are ${versions.toSorted((a, b) => a - b).join(', ')}`
    return new HeadraceError('HR_VIEW_UNKNOWN', message)
  }

  /** What a version is changes only in what is said of it. */
  private async recall(view: string, version: number): Promise<ViewDefinition | undefined> {
    const name = versionName({ name: view, version })
    const known = this.known.get(name)
    if (known !== undefined && performance.now() < known.until) return known.definition
    const definition = await this.find(view, version)
    if (definition === undefined) this.known.delete(name)
    else this.known.set(name, { definition, until: performance.now() + limits.viewKnownMs })
    return definition
  }

  private async find(view: string, version: number): Promise<ViewDefinition | undefined> {
    const text = await this.client.ask(client => client.hget(this.key, versionName({ name: view, version })))
    return text === null ? undefined : parseDefinition(text)
  }

  private async promoted(view: string): Promise<number | undefined> {
    const version = await this.client.ask(client => client.hget(this.key, view))
    return version === null ? undefined : Number(version)
  }
}
