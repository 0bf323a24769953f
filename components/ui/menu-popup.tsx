'use client'

import { ChevronRight } from 'lucide-react'
import * as DropdownMenu from 'radix-ui/dropdown-menu'
import type { ReactNode } from 'react'
import type { MenuEntry } from './menu.tsx'

export type MenuPopupProps = {
  /** The button that opens it; it must take a ref and props, as a `button` does. */
  trigger: ReactNode
  open: boolean
  onOpenChange: (open: boolean) => void
  items: MenuEntry[]
}

const PANEL = 'menu z-50 min-w-40 rounded-xl border border-line bg-raised p-1 text-ink text-sm shadow-float'
const LINE =
  'flex cursor-default select-none items-center gap-2.5 rounded-lg px-2.5 py-1.5 outline-none data-[highlighted]:bg-hover data-[state=open]:bg-hover pointer-coarse:py-2.5'

export function MenuPopup({ trigger, open, onOpenChange, items }: MenuPopupProps) {
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} collisionPadding={8} className={PANEL}>
          <Entries items={items} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function Entries({ items }: { items: MenuEntry[] }) {
  return items.map((entry) => <Entry key={entry.label} entry={entry} />)
}

function Entry({ entry }: { entry: MenuEntry }) {
  const { label, icon, danger, checked, items, onSelect } = entry
  if (items) {
    return (
      <DropdownMenu.Sub>
        <DropdownMenu.SubTrigger className={LINE}>
          {icon}
          <span className="grow">{label}</span>
          <ChevronRight size={14} className="text-ink-faint" aria-hidden />
        </DropdownMenu.SubTrigger>
        <DropdownMenu.Portal>
          <DropdownMenu.SubContent sideOffset={6} alignOffset={-5} collisionPadding={8} className={PANEL}>
            <Entries items={items} />
          </DropdownMenu.SubContent>
        </DropdownMenu.Portal>
      </DropdownMenu.Sub>
    )
  }
  if (checked !== undefined) {
    return (
      <DropdownMenu.CheckboxItem checked={checked} onSelect={onSelect} className={LINE}>
        {icon}
        <span className="grow">{label}</span>
        <DropdownMenu.ItemIndicator className="text-accent">✓</DropdownMenu.ItemIndicator>
      </DropdownMenu.CheckboxItem>
    )
  }
  return (
    <DropdownMenu.Item onSelect={onSelect} className={`${LINE} ${danger ? 'text-danger' : ''}`}>
      {icon}
      {label}
    </DropdownMenu.Item>
  )
}
