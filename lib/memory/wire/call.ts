/** A request as the wire API sees it, whatever carries it: Node's server, a `Request`, a test. */
export type WireCall = {
  method: string
  /** Path and query as they came, percent-encoding and all. */
  url: string
  /** By its name in lower case. */
  header(name: string): string | null | undefined
  /** The whole body, once. Rejects with `WireRefusal` 413 beyond `maxBytes`. */
  body(maxBytes: number): Promise<Uint8Array>
  /** Whether the connection comes from this machine; false where that is not known. */
  fromThisMachine: boolean
  /**
   * Calls with `true` when the answer was sent, and with `false` when the caller was gone before it arrived: that can still
   * be found out after it was sent.
   */
  onDelivery(listener: (arrives: boolean) => void): void
}

/** JSON, always; `body` is empty for an answer without one. */
export type WireAnswer = { status: number; body: string; headers?: Record<string, string> }

/** A request that is not done, with a sentence for whoever wrote the program: it holds nothing of what came in. */
export class WireRefusal extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'WireRefusal'
    this.status = status
    this.headers = headers
  }
}

export const tooLarge = (maxBytes: number) =>
  new WireRefusal(413, `The body is larger than ${maxBytes / 1024 / 1024} MB: send it in several parts.`)
