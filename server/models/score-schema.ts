import { limits } from '../../engine/limits.ts'
import { arrowType } from '../http/arrow.ts'
import { entitySchema, maxAgeSchema, readingSchema } from '../http/feature-schemas.ts'
import { problemAnswers } from '../http/problem-schema.ts'
import { fallbackReasons, missingPolicies } from './row-answers.ts'

const name = { type: 'string', minLength: 1, maxLength: 200 }

export const modelParams = {
  type: 'object',
  required: ['model'],
  properties: { model: { type: 'string', minLength: 1, maxLength: 100 } },
}

const features = {
  type: 'object',
  required: ['view', 'entities'],
  additionalProperties: false,
  description: 'Where the inputs come from that the rows do not have; this needs the scope `read:<view>` too',
  properties: {
    view: { type: 'string', minLength: 1, maxLength: 100 },
    version: { type: 'integer', minimum: 1, description: 'The promoted one if left out' },
    entities: { type: 'array', minItems: 1, items: entitySchema, description: 'One for each row' },
    fields: {
      type: 'object',
      additionalProperties: name,
      description: 'Fields of the view by the inputs that they are for, where they have other names',
    },
    maxAge: maxAgeSchema,
    ages: { type: 'boolean', description: 'Whether the answer has what was read, with states and ages' },
  },
}

const body = {
  type: 'object',
  additionalProperties: false,
  anyOf: [{ required: ['rows'] }, { required: ['features'] }],
  properties: {
    rows: {
      type: 'array',
      minItems: 1,
      items: { type: 'object' },
      description:
        'A value for each input of the model, by name; `GET /v1/models/:model` tells the inputs. With `features` all ' +
        'rows have the inputs that the first one has.',
    },
    features,
    onMissing: {
      type: 'string',
      enum: missingPolicies,
      description:
        'What becomes of rows in which an input is null, missing, expired or stale: the request is refused ' +
        '(`reject`, if left out), they have no outputs (`skip`), or those of `fallback`',
    },
    fallback: {
      type: 'object',
      description: 'Outputs for rows that the model gives no answer for; without it the request then fails',
    },
  },
  examples: [{ rows: [{ clicks: 12, spend: 99.5 }], fallback: { score: 0 } }],
}

const result = {
  type: 'object',
  required: ['outputs', 'modelVersion', 'fallback'],
  properties: {
    outputs: {
      type: ['object', 'null'],
      additionalProperties: true,
      description: 'By name; null for a row that was skipped. What is no number, or infinite, is null',
    },
    modelVersion: { type: ['integer', 'null'], description: 'Which version has scored the row' },
    fallback: {
      type: ['string', 'null'],
      enum: [...fallbackReasons, null],
      description:
        'Why the outputs are those of the fallback: the model gave no answer, or an input is missing',
    },
    missing: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Inputs without a value, and why: `null`, `missing`, `expired` or `stale`',
    },
    features: {
      type: 'object',
      additionalProperties: readingSchema,
      description: 'What was read, by input, where `ages` was asked for',
    },
  },
}

const answer = {
  description: 'The scores, in the order of the rows',
  type: 'object',
  required: ['model', 'results'],
  properties: { model: { type: 'string' }, results: { type: 'array', items: result } },
}

const binary = { schema: { type: 'string', format: 'binary' } }

export const scoreSchema = {
  tags: ['models'],
  summary: 'Scores of the version that serves',
  description:
    `For up to ${limits.serverScoreRows} rows. With \`Accept: ${arrowType}\` the answer is an Arrow IPC stream: a column ` +
    'for each output, `modelVersion` and `fallback`.',
  params: modelParams,
  body,
  response: {
    200: {
      description: answer.description,
      content: { 'application/json': { schema: answer }, [arrowType]: binary },
    },
    ...problemAnswers(400, 401, 403, 404, 413, 415, 422, 429, 503),
  },
}
