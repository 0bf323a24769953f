'use client'

import { type ComponentType, type ReactNode, useState } from 'react'
import { IconButton } from './icon-button.tsx'
import { loadAhead, sayMissing } from './late.tsx'
import type { MenuPopupProps } from './menu-popup.tsx'

/** One line of a menu; with `items` it opens another one beside it. */
export type MenuEntry = {
  label: string
  icon?: ReactNode
  danger?: boolean
  /** For one of several choices. */
  checked?: boolean
} & ({ onSelect: () => void; items?: never } | { items: MenuEntry[]; onSelect?: never })

type Props = {
  /** The name of the button. */
  label: string
  /** What the button shows. */
  icon: ReactNode
  className?: string
  items: MenuEntry[]
}

type Popup = ComponentType<MenuPopupProps>

/** Loaded when somebody comes near one: a page stands before anybody opens a menu. */
const loadPopup = () => import('./menu-popup.tsx').then((loaded) => loaded.MenuPopup)

/** A button that opens a menu under it, complete by keyboard. */
export function Menu({ label, icon, className, items }: Props) {
  const [popup, setPopup] = useState<{ Popup: Popup } | null>(null)
  const [open, setOpen] = useState(false)

  async function openFirst(): Promise<void> {
    try {
      setPopup({ Popup: await loadPopup() })
      setOpen(true)
    } catch {
      sayMissing()
    }
  }

  if (popup) {
    const button = (
      <IconButton label={label} {...(className && { className })}>
        {icon}
      </IconButton>
    )
    return <popup.Popup trigger={button} open={open} onOpenChange={setOpen} items={items} />
  }
  return (
    <IconButton
      label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => loadAhead(loadPopup)}
      onFocus={() => loadAhead(loadPopup)}
      onClick={() => void openFirst()}
      onKeyDown={(event) => event.key === 'ArrowDown' && void openFirst()}
      {...(className && { className })}
    >
      {icon}
    </IconButton>
  )
}
