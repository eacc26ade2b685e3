import { MissingError, needs, sayMissing } from './missing.ts'
import { startApicurio } from './registry/apicurio.ts'

/** Of a real registry: the one that `SCHEMA_REGISTRY` names, else one that the test file starts for itself. */
export const registryUrl = process.env.SCHEMA_REGISTRY ?? (await started())

async function started(): Promise<string> {
  await needs('Registry')
  try {
    return await startApicurio()
  } catch (error) {
    if (!(error instanceof MissingError)) throw error
    sayMissing('Registry', `SCHEMA_REGISTRY names none; ${error.message}`)
    await needs('Registry')
    throw error
  }
}
