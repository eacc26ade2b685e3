import { STATUS_CODES } from 'node:http'

const problem = {
  type: 'object',
  required: ['status', 'title', 'code', 'detail', 'requestId'],
  properties: {
    status: { type: 'integer' },
    title: { type: 'string' },
    code: { type: 'string', description: 'Stable; docs/errors.md says what each means and what to do' },
    detail: { type: 'string', description: 'For people' },
    requestId: { type: 'string' },
  },
}

/** For the schema of a route: what it answers when something is wrong. */
export function problemAnswers(...statuses: readonly number[]): Record<number, object> {
  return Object.fromEntries(
    statuses.map(status => [
      status,
      {
        description: STATUS_CODES[status],
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  )
}
