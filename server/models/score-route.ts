import type { FastifyInstance } from 'fastify'
import { HeadraceError } from '../../engine/errors.ts'
import { limits } from '../../engine/limits.ts'
import type { FeatureClient } from '../../features/index.ts'
import { prefers } from '../http/accepts.ts'
import type { Caller } from '../http/access.ts'
import { ArrowWriter, arrowType } from '../http/arrow.ts'
import { answerFields, answerValues } from './arrow-answer.ts'
import type { InputSources } from './given-inputs.ts'
import { givenInputs } from './given-inputs.ts'
import { jsonAnswer } from './json-answer.ts'
import type { AnswerOptions } from './row-answers.ts'
import { answerRows } from './row-answers.ts'
import { scoreSchema } from './score-schema.ts'
import type { ServedModels } from './served-models.ts'

/** What a request for scores has to look like. */
export type ScoreBody = InputSources & AnswerOptions

interface ScoreRoute {
  Params: { readonly model: string }
  Body: ScoreBody
}

export function addScoreRoute(app: FastifyInstance, models: ServedModels, client: FeatureClient): void {
  const arrow = new ArrowWriter()
  const config = { needs: ({ model }: Readonly<Record<string, string>>) => `score:${model}` }
  app.post<ScoreRoute>('/v1/models/:model/score', { schema: scoreSchema, config }, async (asked, reply) => {
    const { body, caller, headers, params } = asked
    needFew(body.rows?.length ?? body.features?.entities.length ?? 0)
    needRights(body, caller)
    const { model, given, answers } = await models.serve(params.model, async served => {
      const given = await givenInputs(body, served.reader, client)
      return { model: served.model, given, answers: await answerRows(served, given, body) }
    })
    if (prefers(arrowType, headers.accept)) {
      return reply.type(arrowType).send(arrow.write(answerFields(model), answerValues(answers), given.rows))
    }
    const features = body.features?.ages === true ? given.features : null
    // As a text: Fastify's serializer for the schema takes nearly twice as long.
    const text = JSON.stringify(jsonAnswer(model, answers, features))
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

/** A score tells of what it was made of: features are scored for those who may read them. */
function needRights({ features }: InputSources, caller: Caller): void {
  if (features === undefined || caller.may(`read:${features.view}`)) return
  throw new HeadraceError('HR_SCOPE_MISSING', `this needs the scope read:${features.view}`)
}

function needFew(rows: number): void {
  const most = limits.serverScoreRows
  if (rows <= most) return
  throw new HeadraceError('HR_REQUEST_TOO_LARGE', `there are ${rows} rows; at most ${most} are allowed`)
}
