/** Features of a request: the window features of a user, say. */
export const FEATURES = 8

/** [features, outputs] of a small network, so that each score can be checked without it. */
export const HIDDEN = 64

const featureOf = (k: number, feature: number) => ((k * 7919 + feature * 104_729) % 1000) / 1000

/** A layer that passes each feature on to eight nodes, and one that sums them: the score is the sum of the features. */
export const layers = [
  {
    weights: Float32Array.from({ length: FEATURES * HIDDEN }, (_, at) =>
      Math.floor(at / HIDDEN) === (at % HIDDEN) % FEATURES ? 1 : 0,
    ),
    bias: new Float32Array(HIDDEN),
    activation: 'relu' as const,
  },
  { weights: new Float32Array(HIDDEN).fill(FEATURES / HIDDEN), bias: new Float32Array(1) },
]

export const names = Array.from({ length: FEATURES }, (_, feature) => `f${feature}`)

/** The k-th request, of one row, and whether an answer is the one to it. */
export function requestOf(
  { port, token }: { readonly port: number; readonly token: string },
  k: number,
): { request: Buffer; isRight: (answer: Buffer) => boolean } {
  const row = Object.fromEntries(names.map((name, feature) => [name, featureOf(k, feature)]))
  const body = JSON.stringify({ rows: [row] })
  const request = Buffer.from(
    `POST /v1/models/sum/score HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  const expected = Object.values(row).reduce((sum, value) => sum + value, 0)
  return {
    request,
    isRight: answer => {
      const found = /"score":(?<score>[\d.e-]+)/.exec(answer.toString('latin1'))?.groups?.score
      return Math.abs(Number(found) - expected) < 1e-4
    },
  }
}
