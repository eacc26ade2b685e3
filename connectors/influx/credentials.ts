import { HeadraceError } from '../../engine/errors.ts'
import { mayPass, refused, said } from './answers.ts'
import type { InfluxOptions } from './config.ts'
import type { InfluxAnswer, InfluxRequest } from './exchange.ts'

type Send = (request: InfluxRequest) => Promise<InfluxAnswer>

type Headers = Readonly<Record<string, string>>

/** What lets us in: a token, or a session that begins with name and password. */
export class Credentials {
  private readonly options: InfluxOptions
  private session: Promise<Headers> | undefined

  constructor(options: InfluxOptions) {
    this.options = options
  }

  headers(send: Send): Promise<Headers> | Headers {
    const { token } = this.options
    if (token !== undefined) return { authorization: `Token ${token}` }
    this.session ??= this.signIn(send).catch(error => {
      this.session = undefined
      throw error
    })
    return this.session
  }

  /** Whether these headers let us in no more, and new ones may: sessions run out. */
  async ranOut({ status }: InfluxAnswer, headers: Headers): Promise<boolean> {
    if (status !== 401 || this.options.token !== undefined) return false
    // Others may have begun a new one by now.
    if (this.session !== undefined && (await this.session) === headers) this.session = undefined
    return true
  }

  private async signIn(send: Send): Promise<Headers> {
    const { url, username, password } = this.options
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    const answer = await send({
      method: 'POST',
      url: `${url}/api/v2/signin`,
      headers: { authorization },
      body: Buffer.alloc(0),
    })
    if (answer.status === 204) return { cookie: answer.cookies.join('; ') }
    if (answer.status === 401 || answer.status === 403) {
      throw new HeadraceError('HR_STORE_AUTH', `InfluxDB does not let ${username} in with this password`)
    }
    if (mayPass(answer.status)) throw new Error(`it answers ${said(answer)}`)
    throw refused('signing in', answer)
  }
}
