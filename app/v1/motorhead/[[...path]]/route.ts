import { wireMethods } from '#lib/server/wire-answer.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = wireMethods
