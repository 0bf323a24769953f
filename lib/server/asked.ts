/**
 * What our routes read of a request. The web's `Request` is one; where `node:http` answers by itself none is made, as that alone
 * takes a fifth of a millisecond before every reply.
 */
export type Asked = {
  method: string
  url: string
  headers: Pick<Headers, 'get'>
  /** Read once at most, no faster than it is taken. */
  body: AsyncIterable<Uint8Array> | null
}
