import type { ModelStatus } from '#lib/chat/types.ts'

/**
 * One sentence for the person on why the model gave no answer, and the way out. Never the provider's own text, which may
 * quote keys, prompts and internal addresses.
 */
export function describeModelError(error: unknown, status: ModelStatus): string {
  const facts = factsOf(error)
  const { names, code, body } = facts
  const who = NAMES[status.provider]
  if (
    names.includes('TimeoutError') ||
    /ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ESOCKETTIMEDOUT/.test(code)
  ) {
    return `${who} took too long to answer. Try again.`
  }
  if (/context[_ ]length|context window|maximum context|too many tokens|prompt is too long/iu.test(body)) {
    return 'This message and what belongs to it are too long for the model. Send a shorter one, or set CHAT_MODEL to a model with a larger context.'
  }
  if (/content[_ ]filter|content_policy|content management policy|safety system/iu.test(body)) {
    return `The content filter of ${lower(who)} refused this. Put it differently and try again.`
  }
  const byStatus = facts.status === null ? null : describeStatus(facts.status, body, status)
  if (byStatus !== null) return byStatus
  if (names.some((name) => /LoadAPIKey|Authentication/.test(name))) return wrongKey(status)
  if (names.some((name) => /NoSuchModel/.test(name))) return noModel(status)
  if (/redirect/iu.test(facts.messages)) {
    return `${who} answered with a redirect, which is not followed so that the key stays here. Set ${addressOf(status)} to the final address.`
  }
  if (
    /ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR_SOCKET|CERT|SSL|TLS/.test(code) ||
    /fetch failed|cannot connect to api|terminated|network/iu.test(facts.messages)
  ) {
    return unreachable(facts.host, status)
  }
  if (
    names.some((name) =>
      /JSONParse|TypeValidation|InvalidResponse|EmptyResponse|NoOutput|NoContent|InvalidStreamPart/.test(
        name,
      ),
    ) ||
    facts.status === 200
  ) {
    return `${who} gave an answer that cannot be read. Check that ${addressOf(status)} is the address of an OpenAI-compatible API.`
  }
  return `${who} failed to answer. Try again.`
}

const NAMES: Record<ModelStatus['provider'], string> = {
  openai: 'OpenAI',
  azure: 'Azure OpenAI',
  custom: 'The model server',
  gateway: 'AI Gateway',
  ollama: 'Ollama',
  offline: 'The built-in answerer',
}

function describeStatus(code: number, body: string, status: ModelStatus): string | null {
  const who = NAMES[status.provider]
  if (code === 401 || code === 403) return wrongKey(status)
  if (code === 404) return noModel(status)
  if (code === 402 || (code === 429 && /quota|billing|credit/iu.test(body))) {
    return `The account at ${lower(who)} has used up its quota. Check its plan and billing, then try again.`
  }
  if (code === 429) return `${who} is answering too many requests right now. Wait a moment and try again.`
  if (code === 408 || code === 504) return `${who} took too long to answer. Try again.`
  if (code === 413)
    return 'This message and what belongs to it are too long for the model. Send a shorter one.'
  if (code >= 500) return `${who} has a problem of its own right now (status ${code}). Try again in a moment.`
  if (code >= 400)
    return `${who} did not accept the request (status ${code}). Check that CHAT_MODEL names a chat model.`
  return null
}

function wrongKey({ provider }: ModelStatus): string {
  switch (provider) {
    case 'azure':
      return 'Azure OpenAI did not accept the key. Check AZURE_API_KEY, then restart the server.'
    case 'gateway':
      return 'AI Gateway did not accept the key. Check AI_GATEWAY_API_KEY, then restart the server.'
    case 'ollama':
      return 'Ollama refused the request. Check that it serves this machine without a key.'
    default:
      return `${NAMES[provider]} did not accept the key. Check OPENAI_API_KEY, then restart the server.`
  }
}

function noModel(status: ModelStatus): string {
  if (status.provider === 'ollama') {
    return 'Ollama does not have this model. Set CHAT_MODEL to one that "ollama list" shows, or pull it.'
  }
  if (status.provider === 'azure')
    return 'Azure OpenAI has no such deployment. Check AZURE_DEPLOYMENT_ID and AZURE_API_BASE.'
  const address = status.provider === 'custom' ? ' and OPENAI_BASE_URL' : ''
  return `${NAMES[status.provider]} does not have this model. Check CHAT_MODEL${address}, then restart the server.`
}

function unreachable(host: string | null, status: ModelStatus): string {
  const at = host === null ? '' : ` at ${host}`
  if (status.provider === 'ollama')
    return `Ollama${at} cannot be reached. Start it with "ollama serve" and try again.`
  if (status.provider === 'custom') {
    return `The model server${at} cannot be reached. Check that it runs and that OPENAI_BASE_URL is right.`
  }
  return `${NAMES[status.provider]}${at} cannot be reached. Check the connection to the internet and try again.`
}

function addressOf({ provider }: ModelStatus): string {
  return provider === 'azure' ? 'AZURE_API_BASE' : 'OPENAI_BASE_URL'
}

/** A provider's name inside a sentence: only "The …" starts with a capital for no other reason. */
function lower(name: string): string {
  return name.replace(/^The /u, 'the ')
}

type ErrorFacts = {
  names: string[]
  code: string
  status: number | null
  host: string | null
  messages: string
  body: string
}

/** What an error and its causes say, read defensively: it may come from any provider, wrapped any number of times. */
function factsOf(error: unknown): ErrorFacts {
  const facts: ErrorFacts = { names: [], code: '', status: null, host: null, messages: '', body: '' }
  let current: unknown = error
  for (let depth = 0; depth < 8 && typeof current === 'object' && current !== null; depth++) {
    const found: Record<string, unknown> = current as Record<string, unknown>
    facts.names.push(textOf(found.name))
    facts.code += ` ${textOf(found.code)}`
    facts.messages += ` ${textOf(found.message)}`
    facts.body += ` ${textOf(found.message)} ${textOf(found.responseBody)} ${textOf(found.code)} ${textOf(found.type)}`
    if (facts.status === null && typeof found.statusCode === 'number') facts.status = found.statusCode
    facts.host ??= hostOf(found.url)
    current =
      found.lastError ?? found.cause ?? (Array.isArray(found.errors) ? found.errors.at(-1) : undefined)
  }
  return facts
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 2000) : ''
}

function hostOf(url: unknown): string | null {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host || null : null
}
