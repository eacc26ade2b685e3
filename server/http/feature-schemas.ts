export const entitySchema = {
  description: 'A text, or a whole number; one beyond 2^53 as a text of its digits',
  anyOf: [
    { type: 'string', minLength: 1, maxLength: 1000 },
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ],
}

export const maxAgeSchema = {
  description: 'Older values are stale: milliseconds, or a duration as `10s`, `5m`, `7d`',
  anyOf: [
    { type: 'number', minimum: 0 },
    { type: 'string', pattern: '^\\d{1,15}(\\.\\d{1,6})?(ms|s|m|h|d)$' },
  ],
}

/** A feature as it was read. */
export const readingSchema = {
  type: 'object',
  required: ['state', 'value', 'time', 'ageMs'],
  properties: {
    state: {
      type: 'string',
      enum: ['ok', 'missing', 'expired', 'stale'],
      description:
        '`missing`: nothing was ever written; `expired`: older than the view allows, so there is no value; ' +
        '`stale`: older than `maxAge`, with its value',
    },
    value: { description: '64 bit integers that are exact, and decimals, are texts; times are milliseconds' },
    time: { type: ['number', 'null'], description: 'Event time, in milliseconds since 1970' },
    ageMs: { type: ['number', 'null'], description: 'How long that is ago' },
  },
}
