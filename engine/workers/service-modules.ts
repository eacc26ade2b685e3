import type { ModelHome, ModelsModule } from '../models/model-home.ts'
import type { SchemaRegistry, SchemaRegistryModule } from '../schema-registry.ts'
import type { Stores, StoresModule } from '../stores/stores.ts'

/** What a job uses beside its home. */
export interface Services {
  readonly schemas?: SchemaRegistry | undefined
  readonly stores?: Stores | undefined
  readonly models?: ModelHome | undefined
}

/** What a worker thread loads to have the same of its own. Plain data. */
export interface ServiceModules {
  readonly schemas: SchemaRegistryModule | undefined
  readonly stores: StoresModule | undefined
  readonly models: ModelsModule | undefined
}

type Notify = (message: string) => void

export function modulesOf({ schemas, stores, models }: Services): ServiceModules {
  return { schemas: schemas?.module, stores: stores?.module, models: models?.module }
}

export async function openServices(
  { schemas, stores, models }: ServiceModules,
  notify?: Notify,
): Promise<Services> {
  return {
    schemas: await openRegistry(schemas, notify),
    stores: await openStores(stores, notify),
    models: await openModels(models, notify),
  }
}

export async function closeServices({ stores, models }: Services): Promise<void> {
  await stores?.close()
  await models?.close()
}

async function openRegistry(found: SchemaRegistryModule | undefined, notify?: Notify) {
  if (found === undefined) return undefined
  const module: { openSchemaRegistry(options: unknown, notify?: Notify): SchemaRegistry } = await import(
    found.url
  )
  return module.openSchemaRegistry(found.options, notify)
}

async function openStores(found: StoresModule | undefined, notify?: Notify) {
  if (found === undefined) return undefined
  const module: { openStores(options: unknown, notify?: Notify): Promise<Stores> } = await import(found.url)
  return module.openStores(found.options, notify)
}

async function openModels(found: ModelsModule | undefined, notify?: Notify) {
  if (found === undefined) return undefined
  const module: { openModels(options: unknown, notify?: Notify): ModelHome } = await import(found.url)
  return module.openModels(found.options, notify)
}
