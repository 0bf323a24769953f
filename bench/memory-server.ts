/**
 * The memory API over HTTP as the self-hosted server answers it, without Next's pages behind it: nothing has to be built
 * before it can be measured. Started by `recall.ts`, with react-server as a condition as the app has it inside Next.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { app } from '#lib/server/app.ts'
import { serveWire } from '#lib/server/wire-node.ts'

const { wire, close } = await app()
const server = createServer((request, response) => {
  serveWire(wire, request, response).catch(() => response.destroy())
})
// Whoever measures may be busy between two requests.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
// Asked how busy it has been.
process.on('message', () => process.send?.(process.cpuUsage()))
process.once('disconnect', () => {
  server.close()
  server.closeAllConnections()
  void close()
})
