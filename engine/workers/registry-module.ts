import type { SchemaRegistry, SchemaRegistryModule } from '../schema-registry.ts'

interface RegistryModule {
  openSchemaRegistry(options: unknown, notify?: (message: string) => void): SchemaRegistry
}

/** A worker thread's own way to the schema registry, if the deployment has one. */
export async function openRegistry(
  found: SchemaRegistryModule | undefined,
  notify?: (message: string) => void,
): Promise<SchemaRegistry | undefined> {
  if (found === undefined) return undefined
  const module: RegistryModule = await import(found.url)
  return module.openSchemaRegistry(found.options, notify)
}
