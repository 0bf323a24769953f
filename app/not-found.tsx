import Link from 'next/link'
import { Problem, WAY_ON } from '#components/ui/problem.tsx'

export default function NotFound() {
  return (
    <Problem title="There is no such chat" message="It was deleted, or the address is not quite right.">
      <Link href="/" className={WAY_ON}>
        New chat
      </Link>
    </Problem>
  )
}
