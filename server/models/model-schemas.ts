import { problemAnswers } from '../http/problem-schema.ts'
import { modelParams } from './score-schema.ts'

const open = { type: 'object', additionalProperties: true }

const fields = {
  type: ['object', 'null'],
  additionalProperties: {
    type: 'object',
    required: ['kind'],
    additionalProperties: true,
    properties: {
      kind: { type: 'string', description: 'As `float`, `int`, `string`, `vector`' },
      size: { type: 'integer', description: 'How many numbers a vector has' },
    },
  },
}

const version = {
  type: 'object',
  required: ['version', 'fault', 'description', 'createdAt'],
  properties: {
    version: { type: 'integer' },
    fault: { type: ['string', 'null'], description: 'The code of what is wrong with its model.json' },
    description: { type: ['string', 'null'] },
    createdAt: { type: ['string', 'null'] },
    metrics: { ...open, description: 'How good it was found to be' },
    data: { ...open, description: 'What it was made of' },
    parameters: { ...open, description: 'How it was made' },
  },
}

const shadow = { type: ['integer', 'null'], minimum: 1, description: 'The version that scores beside it' }

const figures = {
  type: ['object', 'null'],
  additionalProperties: true,
  required: ['version', 'rows', 'breaker', 'waitingRows'],
  description: 'What this server does with it, since it was opened here; null before the first request',
  properties: {
    version: { type: 'integer', description: 'The one that answers now' },
    rows: { type: 'integer', description: 'That it was asked for' },
    waitingRows: { type: 'integer' },
    failures: { type: 'integer', description: 'Runs that failed or took too long' },
    fallbacks: { type: 'integer', description: 'Rows that it gave no answer for' },
    refused: { type: 'integer', description: 'Versions that were to serve and could not be loaded' },
    breaker: { type: 'string', enum: ['open', 'closed'] },
  },
}

const model = {
  type: 'object',
  required: ['name', 'serving', 'scoring', 'inputs', 'outputs', 'versions'],
  properties: {
    name: { type: 'string' },
    serving: {
      type: ['object', 'null'],
      description: 'What is to serve; null where nobody has said so yet',
      required: ['version', 'shadow'],
      properties: { version: { type: 'integer' }, shadow },
    },
    scoring: figures,
    inputs: { ...fields, description: 'By name; null before the first request' },
    outputs: { ...fields, description: 'By name; null before the first request' },
    versions: { type: 'array', items: version },
  },
}

const common = { tags: ['models'] }

export const listSchema = {
  ...common,
  summary: 'The models that the token may score with',
  response: {
    200: {
      description: 'In the order of their names',
      type: 'object',
      required: ['models'],
      properties: { models: { type: 'array', items: model } },
    },
    ...problemAnswers(401, 429, 503),
  },
}

export const showSchema = {
  ...common,
  summary: 'One model, with its versions',
  params: modelParams,
  response: { 200: { description: 'The model', ...model }, ...problemAnswers(401, 403, 404, 429, 503) },
}

export const serveSchema = {
  ...common,
  summary: 'Says which version serves, and which one scores beside it',
  description:
    'Whoever scores with the model, jobs too, goes over to it within seconds. A version that cannot be loaded is refused.',
  params: modelParams,
  body: {
    type: 'object',
    required: ['version'],
    additionalProperties: false,
    properties: { version: { type: 'integer', minimum: 1 }, shadow },
  },
  response: {
    204: { description: 'It is written down', type: 'null' },
    ...problemAnswers(400, 401, 403, 404, 409, 429, 503),
  },
}
