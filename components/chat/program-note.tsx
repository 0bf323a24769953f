import { Plug } from 'lucide-react'

/** Whether a session was begun by a program of the person's: its address names the key. */
const isProgram = (sessionId: string): boolean => sessionId.startsWith('k.')

/** What is different in a chat that a program of the person's writes, too. */
export function ProgramNote({ sessionId }: { sessionId: string }) {
  if (!isProgram(sessionId)) return null
  return (
    <p className="mx-auto flex w-full max-w-[44rem] items-start gap-2 px-4 pt-1.5 text-pretty text-ink-muted text-sm sm:px-5">
      <Plug size={15} className="mt-0.5 shrink-0" aria-hidden />
      <span>
        One of your programs writes here and reads what you add. Your instructions, model and memory settings
        hold for your questions; of other chats, only that program’s are remembered here.
      </span>
    </p>
  )
}
