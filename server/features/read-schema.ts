import { limits } from '../../engine/limits.ts'
import { arrowType } from '../http/arrow.ts'
import { entitySchema, maxAgeSchema, readingSchema } from '../http/feature-schemas.ts'
import { problemAnswers } from '../http/problem-schema.ts'

const fieldName = { type: 'string', minLength: 1, maxLength: 200 }

type RequestObject = Readonly<Record<string, unknown>>

/** What a request for features has to look like. */
export interface ReadBody {
  readonly entities: readonly (string | number)[]
  readonly fields?: readonly string[]
  readonly version?: number
  readonly maxAge?: number | string
  readonly request?: RequestObject | readonly RequestObject[]
}

const body = {
  type: 'object',
  required: ['entities'],
  additionalProperties: false,
  properties: {
    entities: { type: 'array', minItems: 1, items: entitySchema, description: 'Whose features' },
    fields: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      uniqueItems: true,
      items: fieldName,
      description: 'Which ones; all of the view if left out',
    },
    version: { type: 'integer', minimum: 1, description: 'The promoted one if left out' },
    maxAge: maxAgeSchema,
    request: {
      description:
        'What features are computed of that are not stored: for all entities, or an object for each',
      anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }],
    },
  },
  examples: [{ entities: ['u-17', 'u-18'], fields: ['clicks_10s'], maxAge: '1m' }],
}

const answer = {
  description: 'The features, in the order of the entities',
  type: 'object',
  required: ['view', 'version', 'results'],
  properties: {
    view: { type: 'string' },
    version: { type: 'integer' },
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['entity', 'features'],
        properties: {
          entity: { type: ['string', 'integer'] },
          features: { type: 'object', additionalProperties: readingSchema },
        },
      },
    },
  },
}

export const readSchema = {
  tags: ['features'],
  summary: 'The newest values of a view for some entities',
  description:
    `For up to ${limits.serverEntities} entities. With \`Accept: ${arrowType}\` the answer is an Arrow IPC stream: the ` +
    'column `entity`, and for each field its values in a column of its name, with `<field>.state`, `<field>.time` and `<field>.ageMs`.',
  params: {
    type: 'object',
    required: ['view'],
    properties: { view: { type: 'string', minLength: 1, maxLength: 100 } },
  },
  body,
  response: {
    200: {
      description: answer.description,
      content: {
        'application/json': { schema: answer },
        [arrowType]: { schema: { type: 'string', format: 'binary' } },
      },
    },
    ...problemAnswers(400, 401, 403, 404, 413, 415, 429, 503),
  },
}
