/** Metal's own client: `node sdk.mjs BASE_URL SESSION [API_KEY]` saves, reads, deletes and reads again. */
import sdk from '@getmetal/metal-sdk'

const [baseUrl, sessionId = '', apiKey] = process.argv.slice(2)
const motorhead = new sdk.Motorhead({ baseUrl, ...(apiKey && { apiKey, clientId: 'ci_123' }) })
const payload = {
  messages: [
    { role: 'Human', content: 'Who is the best vocalist of all time?' },
    { role: 'AI', content: 'Ozzy!' },
  ],
  context: 'User ask what can he eat in Colombia. The AI responds arepas are really nice',
}
const added = await motorhead.addMemory(sessionId, payload)
const read = await motorhead.getMemory(sessionId)
const deleted = await motorhead.deleteMemory(sessionId)
const after = await motorhead.getMemory(sessionId)
console.log(JSON.stringify({ added, read, deleted, after }))
