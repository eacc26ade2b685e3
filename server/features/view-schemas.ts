import { problemAnswers } from '../http/problem-schema.ts'

const viewName = { type: 'string', minLength: 1, maxLength: 100 }

const field = {
  type: 'object',
  required: ['kind', 'nullable'],
  additionalProperties: true,
  properties: {
    kind: { type: 'string', description: 'As `int`, `double`, `string`' },
    nullable: { type: 'boolean' },
    description: { type: 'string' },
    owner: { type: 'string' },
    min: { type: 'number' },
    max: { type: 'number' },
  },
}

const version = {
  type: 'object',
  required: ['version', 'entity', 'ttlMs', 'description', 'fields', 'entities', 'newest'],
  properties: {
    version: { type: 'integer' },
    entity: { type: 'string', description: 'What the entities are, as `user`' },
    ttlMs: { type: ['number', 'null'], description: 'How long a value counts after its event time' },
    description: { type: ['string', 'null'] },
    fields: { type: 'object', additionalProperties: field },
    entities: { type: 'integer', description: 'How many it has values for' },
    newest: { type: ['number', 'null'], description: 'The newest event time of its values' },
  },
}

const view = {
  type: 'object',
  required: ['name', 'promoted', 'versions'],
  properties: {
    name: { type: 'string' },
    promoted: { type: 'integer', description: 'The version that is read unless one is named' },
    versions: { type: 'array', items: version },
  },
}

const ofView = { type: 'object', required: ['view'], properties: { view: viewName } }

const ofVersion = {
  type: 'object',
  required: ['view', 'version'],
  properties: { view: viewName, version: { type: 'string', pattern: '^[1-9]\\d{0,8}$' } },
}

const common = { tags: ['features'] }

export const listSchema = {
  ...common,
  summary: 'The views that the token may read',
  response: {
    200: {
      description: 'In the order of their names',
      type: 'object',
      required: ['views'],
      properties: { views: { type: 'array', items: view } },
    },
    ...problemAnswers(401, 429, 503),
  },
}

export const showSchema = {
  ...common,
  summary: 'One view, with its versions',
  params: ofView,
  response: { 200: { description: 'The view', ...view }, ...problemAnswers(401, 403, 404, 429, 503) },
}

export const promoteSchema = {
  ...common,
  summary: 'Lets a version be the one that is read',
  params: ofVersion,
  response: { 204: { description: 'It is', type: 'null' }, ...problemAnswers(400, 401, 403, 404, 429, 503) },
}

export const dropSchema = {
  ...common,
  summary: 'Deletes a version with its values',
  description: 'Of the promoted version only if it is the last one.',
  params: ofVersion,
  response: {
    204: { description: 'It is gone', type: 'null' },
    ...problemAnswers(400, 401, 403, 404, 409, 429, 503),
  },
}
