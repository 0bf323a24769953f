#!/usr/bin/env node
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { WebSocket, WebSocketServer } from 'ws'

/**
 * An installed Firefox, started so that Playwright can drive it: Playwright asks each page for a command of WebDriver BiDi
 * that a Firefox of the extended support release does not have yet, and gives up on its error. It is answered here, as done.
 */
const ABSENT = 'emulation.setMediaFeaturesOverride'

const firefox = spawn(process.env.FIREFOX_PATH ?? 'firefox', process.argv.slice(2), {
  stdio: ['ignore', 'pipe', 'pipe'],
})
firefox.once('exit', (code) => process.exit(code ?? 1))
firefox.once('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
firefox.stdout.pipe(process.stdout)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => firefox.kill(signal))

for await (const line of createInterface(firefox.stderr)) {
  const address = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1]
  process.stderr.write(`${address ? line.replace(address, await between(address)) : line}\n`)
}

/** Answers the address of a server that passes everything on to `target` and back. */
async function between(target) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (client, { url }) => {
    const browser = new WebSocket(`${target}${url}`, { maxPayload: 0 })
    const waiting = []
    client.on('message', (data) => {
      const { id, method } = JSON.parse(data.toString())
      if (method === ABSENT) return client.send(JSON.stringify({ type: 'success', id, result: {} }))
      if (browser.readyState === WebSocket.OPEN) browser.send(data.toString())
      else waiting.push(data.toString())
    })
    browser.on('open', () => {
      for (const data of waiting.splice(0)) browser.send(data)
    })
    browser.on('message', (data) => client.send(data.toString()))
    browser.on('close', () => client.close())
    browser.on('error', () => client.close())
    client.on('close', () => browser.close())
    client.on('error', () => browser.close())
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return `ws://127.0.0.1:${server.address().port}`
}
