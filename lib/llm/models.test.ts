import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateText, streamText } from 'ai'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { describeModelError } from './errors.ts'
import { createModels, type ModelSettings } from './models.ts'

type Sent = { url: string; headers: Headers; body: Record<string, unknown> }

/** A provider that answers everything with `answer`, and what it was sent. */
function provider(answer: (url: string) => Response | Promise<Response>) {
  const sent: Sent[] = []
  const fetch = vi.fn<typeof globalThis.fetch>(async (input, init) => {
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {}
    sent.push({ url: String(input), headers: new Headers(init?.headers), body })
    return answer(String(input))
  })
  return { sent, fetch }
}

function completion(): Response {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }]
  return Response.json({
    id: 'x',
    created: 1,
    model: 'm',
    choices,
    usage: { prompt_tokens: 1, completion_tokens: 1 },
  })
}

async function firstCall(settings: Partial<ModelSettings>): Promise<Sent | undefined> {
  const { sent, fetch } = provider(completion)
  const { chat } = await createModels({ gateway: false, ...settings }, { fetch }).current()
  await generateText({ model: chat, instructions: 'be', prompt: 'hi', maxRetries: 0 }).catch(() => {})
  return sent.at(-1)
}

describe('createModels', () => {
  it('calls OpenAI by its default API, with the key, and asks it to keep nothing', async () => {
    const call = await firstCall({ openaiApiKey: 'k' })
    expect(call?.url).toBe('https://api.openai.com/v1/responses')
    expect(call?.headers.get('authorization')).toBe('Bearer k')
    expect(call?.body).toMatchObject({ store: false })
  })

  it('speaks chat completions with a custom base URL, text as plain strings, no key needed', async () => {
    const call = await firstCall({ openaiBaseUrl: 'http://127.0.0.1:9/v1/', chatModel: 'm' })
    expect(call?.url).toBe('http://127.0.0.1:9/v1/chat/completions')
    expect(call?.headers.has('authorization')).toBe(false)
    expect(call?.body).toMatchObject({
      model: 'm',
      messages: [
        { role: 'system', content: 'be' },
        { role: 'user', content: 'hi' },
      ],
    })
  })

  it('calls Azure with its own header and the deployment as the model', async () => {
    const azure = { apiKey: 'k', apiBase: 'https://mine.example/', deployment: 'd' }
    const call = await firstCall({ azure })
    expect(call?.url).toBe('https://mine.example/openai/v1/chat/completions')
    expect(call?.headers.get('api-key')).toBe('k')
    expect(call?.headers.has('authorization')).toBe(false)
    expect(call?.body).toMatchObject({ model: 'd' })
  })

  it('follows no redirect with the key, and says so', async () => {
    const asked: unknown[] = []
    const server = createServer(({ url }, response) => {
      asked.push(url)
      response.writeHead(307, { location: '/elsewhere' }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const openaiBaseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    const settings = { gateway: false, openaiBaseUrl, openaiApiKey: 'k', chatModel: 'm' }
    const { chat, status } = await createModels(settings).current()
    const refusal = await generateText({ model: chat, prompt: 'hi', maxRetries: 0 }).catch((error) => error)
    expect(describeModelError(refusal, status)).toContain('a redirect, which is not followed')
    expect(asked).toEqual(['/v1/chat/completions'])
    server.close().closeAllConnections()
  })

  it('takes the first provider that applies', async () => {
    const azure = { apiKey: 'k', apiBase: 'https://mine.example', deployment: 'd' }
    const named = async (settings: Partial<ModelSettings>) =>
      (
        await createModels(
          { gateway: false, ...settings },
          provider(() => new Response(null, { status: 500 })),
        ).current()
      ).status
    expect(
      (await named({ openaiBaseUrl: 'http://127.0.0.1:9', openaiApiKey: 'k', azure, gateway: true }))
        .provider,
    ).toBe('custom')
    expect((await named({ openaiApiKey: 'k', azure, gateway: true })).provider).toBe('openai')
    expect((await named({ azure, gateway: true })).provider).toBe('azure')
    expect((await named({ gateway: true, ollamaUrl: 'http://127.0.0.1:11434' })).provider).toBe('gateway')
    expect(await named({ ollamaUrl: 'http://127.0.0.1:11434' })).toEqual({
      provider: 'offline',
      label: 'No model connected',
      connected: false,
    })
  })

  it('uses the memory model for memory, else the one of the chat', async () => {
    const { chat, memory } = await createModels({
      gateway: false,
      openaiApiKey: 'k',
      chatModel: 'a',
      memoryModel: 'b',
    }).current()
    expect([chat, memory].map((model) => typeof model === 'object' && model.modelId)).toEqual(['a', 'b'])
  })

  it('asks a server of one’s own which model it has', async () => {
    const { fetch } = provider((url) =>
      Response.json(url.endsWith('/models') ? { data: [{ id: 'text-embed' }, { id: 'small' }] } : {}),
    )
    const { status } = await createModels(
      { gateway: false, openaiBaseUrl: 'http://127.0.0.1:9/v1' },
      { fetch },
    ).current()
    expect(status.label).toBe('small')
  })
})

describe('Ollama', () => {
  const settings: ModelSettings = { gateway: false, ollamaUrl: 'http://127.0.0.1:11434' }
  const tags = () => Response.json({ models: [{ name: 'nomic-embed-text' }, { name: 'llama3.2' }] })

  it('connects when it starts and disconnects when it stops, without a restart', async () => {
    let running = false
    let now = 0
    const { fetch } = provider(() => (running ? tags() : Response.error()))
    const models = createModels(settings, { fetch, now: () => now })
    expect((await models.current()).status.connected).toBe(false)
    running = true
    now += 10_000
    expect((await models.current()).status).toEqual({
      provider: 'ollama',
      label: 'llama3.2 (Ollama)',
      connected: true,
    })
    running = false
    now += 10_000
    expect((await models.current()).status.connected).toBe(false)
  })

  it('asks once for callers at the same time', async () => {
    const { fetch } = provider(tags)
    const models = createModels(settings, { fetch })
    await Promise.all([models.current(), models.current(), models.current()])
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  it('keeps a reply waiting no longer than the probe', async () => {
    const hang: typeof globalThis.fetch = (_, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      )
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    onTestFinished(() => timeout.mockRestore())
    expect((await createModels(settings, { fetch: hang }).current()).status.connected).toBe(false)
    expect(timeout.mock.calls).toEqual([[300]])
  })

  it('is not looked for on another machine', async () => {
    const { fetch } = provider(tags)
    const { status } = await createModels(
      { gateway: false, ollamaUrl: 'http://10.0.0.7:11434' },
      { fetch },
    ).current()
    expect(status.connected).toBe(false)
    expect(fetch).not.toHaveBeenCalled()
  })

  it('answers offline in the meantime', async () => {
    const { fetch } = provider(() => Response.error())
    const { chat } = await createModels(settings, { fetch }).current()
    expect(await streamText({ model: chat, prompt: 'hi im bob' }).text).toContain(
      'No language model is connected',
    )
  })
})

describe('several models', () => {
  it('answers with the chosen one, with the first when the choice is none of them, and names them all', async () => {
    const choosing = createModels({
      openaiBaseUrl: 'http://127.0.0.1:9/v1',
      gateway: false,
      chatModel: 'big',
      chatChoices: ['big', 'small'],
    })
    const labelOf = async (choice?: string | null) => (await choosing.current(choice)).status.label
    expect([await labelOf(), await labelOf('small'), await labelOf('gone'), await labelOf(null)]).toEqual([
      'big',
      'small',
      'big',
      'big',
    ])
    const { status, memory } = await choosing.current('small')
    expect(status.choices).toEqual(['big', 'small'])
    expect(memory).toMatchObject({ modelId: 'big' })
  })
})
