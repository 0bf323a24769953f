/** The end of `npm run build`. */
import { fileURLToPath } from 'node:url'
import { markBuilt } from './build.ts'

markBuilt(fileURLToPath(new URL('../..', import.meta.url)))
