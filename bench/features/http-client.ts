import type { Socket } from 'node:net'
import { connect } from 'node:net'

/**
 * One connection that is kept, on which one request is under way at a time. Next to nothing is done for a request: a
 * real client would be most of what is measured.
 */
export class HttpClient {
  private readonly socket: Socket
  private chunks: Buffer[] = []
  private bytes = 0
  private wanted = -1
  private settle: { resolve: (answer: Buffer) => void; reject: (error: Error) => void } | undefined

  static open(port: number): Promise<HttpClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () =>
        resolve(new HttpClient(socket)),
      )
      socket.once('error', reject)
    })
  }

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.on('error', error => this.fail(error))
    socket.on('close', () => this.fail(new Error('the connection was closed')))
  }

  /** Sends a whole request; gives the whole answer, its head included. */
  send(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject }
      this.socket.write(request)
    })
  }

  close(): void {
    this.socket.destroy()
  }

  private take(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.bytes += chunk.length
    if (this.wanted === -1) {
      const [head] = (this.chunks = [Buffer.concat(this.chunks)])
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      const length = /content-length: (?<bytes>\d+)/i.exec(head.toString('latin1', 0, end))?.groups?.bytes
      if (length === undefined) {
        this.fail(new Error('an answer without its length'))
        return
      }
      this.wanted = end + 4 + Number(length)
    }
    if (this.bytes < this.wanted) return
    const answer = Buffer.concat(this.chunks)
    this.chunks = []
    this.bytes = 0
    this.wanted = -1
    this.settle?.resolve(answer)
  }

  private fail(error: Error): void {
    this.settle?.reject(error)
  }
}

export const isOk = (answer: Buffer) => answer.toString('latin1', 9, 12) === '200'
