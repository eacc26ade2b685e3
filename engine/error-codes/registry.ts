import { entry } from './entry.ts'

/** Codes of schema registries, and of what is or is not in them. Keep it sorted. */
export const registryCodes = {
  HR_REGISTRY_AUTH: entry(
    'config',
    'The schema registry does not accept who we say we are, or what we may do there; or we do not trust its certificate.',
    'The message has the reason. Check name and password or token, for TLS the authority that signed its certificate (`ca`), and the rights of our user on the subject that is named: a job reads schemas by number, looks up those of its outputs, and registers them unless `register` is false.',
  ),
  HR_REGISTRY_MISSING: entry(
    'config',
    'A topic of the job has its schemas in a schema registry, and the deployment names none.',
    'Set schemaRegistry in headrace.config.ts or HEADRACE_SCHEMA_REGISTRY; or leave `registry` out of the topic, for plain Avro or a fixed schemaId.',
  ),
  HR_REGISTRY_REFUSED: entry(
    'external',
    'The schema registry has refused a request for good, or gives answers that are not those of a registry.',
    'The message has the request and the reason in its own words. Check that the address is where the API begins: some registries have it below a path, as in /apis/ccompat/v7.',
  ),
  HR_REGISTRY_UNREACHABLE: entry(
    'external',
    'No address of the schema registry gave a usable answer for as long as we were ready to wait.',
    'Check the addresses, the network and the registry itself, then start again: the job goes on from its last commit. A registry is asked when a job starts, and for each new number of a schema that its input has.',
    true,
  ),
  HR_SCHEMA_INCOMPATIBLE: entry(
    'config',
    'The schema of an output does not go with those that are registered under its subject.',
    "The message has the registry's reason. Change the record so that readers can go on: a new field needs a default or has to be nullable. Or give the topic a subject of its own, or change the compatibility of the subject if all its readers are ready for it.",
  ),
  HR_SCHEMA_UNREGISTERED: entry(
    'config',
    'The schema of an output is not in the registry, and this deployment may not register it.',
    'Register it under the subject that the message names (`headrace` does with `register: true`), or correct the record.',
  ),
} as const
