import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadEnvFile } from 'node:process'

/** As in Next: what is set already wins over `.env.local`, and that over `.env`. */
export function loadEnvFiles(folder: string): void {
  for (const name of ['.env.local', '.env']) {
    const path = join(folder, name)
    if (existsSync(path)) loadEnvFile(path)
  }
}
