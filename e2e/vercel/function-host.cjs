// Runs one function of a Vercel build by its own entry, as the platform does: `node function-host.cjs FOLDER`. Tells its
// parent its port, and how many requests it has had when no answer is open and nothing that it was asked to wait for goes on:
// the platform lets a function stand still then.
const { createServer } = require('node:http')
const { join } = require('node:path')
const { readFileSync } = require('node:fs')

const folder = process.argv[2]
let open = 0
let received = 0
function settle() {
  open -= 1
  if (open === 0) process.send({ idleAfter: received })
}
const waitUntil = (work) => {
  open += 1
  Promise.resolve(work).then(settle, settle)
}
globalThis[Symbol.for('@vercel/request-context')] = { get: () => ({ waitUntil }) }

const { handler } = JSON.parse(readFileSync(join(folder, '.vc-config.json'), 'utf8'))
const handle = require(join(folder, handler))

const server = createServer((request, response) => {
  open += 1
  received += 1
  response.on('close', settle)
  // The platform names the route that it has matched, and speaks HTTPS to the browser.
  request.headers['x-matched-path'] = matched(request.url)
  request.headers['x-forwarded-proto'] = 'https'
  handle(request, response)
})

function matched(url) {
  const path = url.split('?')[0]
  return path.replace(/^(\/api\/(?:chat|sessions|memory))\/[^/]+/, '$1/[sessionId]')
}

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
