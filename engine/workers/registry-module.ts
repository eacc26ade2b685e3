import type { SchemaRegistry, SchemaRegistryModule } from '../schema-registry.ts'

/** A worker thread's own way to the schema registry, if the deployment has one. */
export async function openRegistry(
  found: SchemaRegistryModule | undefined,
): Promise<SchemaRegistry | undefined> {
  if (found === undefined) return undefined
  const module: { openSchemaRegistry(options: unknown): SchemaRegistry } = await import(found.url)
  return module.openSchemaRegistry(found.options)
}
