import { HeadraceError } from '../../engine/errors.ts'
import { refused } from './answers.ts'
import type { InfluxOptions } from './config.ts'
import type { InfluxAnswer, InfluxRequest } from './exchange.ts'

type Send = (request: InfluxRequest) => Promise<InfluxAnswer>

/** What lets us in: a token, or a session that begins with name and password. */
export class Credentials {
  private readonly options: InfluxOptions
  private session: string | undefined

  constructor(options: InfluxOptions) {
    this.options = options
  }

  async headers(send: Send): Promise<Readonly<Record<string, string>>> {
    const { token } = this.options
    if (token !== undefined) return { authorization: `Token ${token}` }
    this.session ??= await this.signIn(send)
    return { cookie: this.session }
  }

  /** Whether another try can help after this answer: sessions run out. */
  renews({ status }: InfluxAnswer): boolean {
    if (status !== 401 || this.session === undefined) return false
    this.session = undefined
    return true
  }

  private async signIn(send: Send): Promise<string> {
    const { url, username, password } = this.options
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const answer = await send({
      method: 'POST',
      url: `${url}/api/v2/signin`,
      headers: { authorization },
      body: Buffer.alloc(0),
    })
    if (answer.status === 204) return answer.cookies.join('; ')
    if (answer.status === 401 || answer.status === 403) {
      throw new HeadraceError('HR_STORE_AUTH', `InfluxDB does not let ${username} in with this password`)
    }
    throw refused('signing in', answer)
  }
}
