import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const HEADING = "## Your LangChain program's memory server"

/** The code blocks of one language in the README's section on LangChain programs. Throws when there is none. */
export function blocksOf(readme: string, language: string): string[] {
  const from = readme.indexOf(HEADING)
  if (from < 0) throw new Error(`The README has no section "${HEADING}".`)
  const section = readme.slice(from, readme.indexOf('\n## ', from + HEADING.length))
  const blocks = section.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'gu'))
  const found = [...blocks].map(([, code = '']) => code)
  if (found.length === 0) throw new Error(`That section of the README has no code block in ${language}.`)
  return found
}

/** Runs code where the clients are installed. */
export async function runModule(code: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    cwd: import.meta.dirname,
    timeout: 60_000,
  })
}
