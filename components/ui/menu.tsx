'use client'

import * as DropdownMenu from 'radix-ui/dropdown-menu'
import type { ReactNode } from 'react'

type Props = {
  /** The button that opens it; it must take a ref and props, as a `button` does. */
  trigger: ReactNode
  children: ReactNode
  align?: 'start' | 'end'
  onOpenChange?: (open: boolean) => void
  /** Where the focus goes when it closes; absent: back to the trigger. */
  onCloseAutoFocus?: (event: Event) => void
}

/** A menu under a button, complete by keyboard. Its children are `MenuItem`s. */
export function Menu({ trigger, children, align = 'end', onOpenChange, onCloseAutoFocus }: Props) {
  return (
    <DropdownMenu.Root modal={false} {...(onOpenChange && { onOpenChange })}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="menu z-50 min-w-40 rounded-xl border border-line bg-raised p-1 text-ink text-sm shadow-float"
          {...(onCloseAutoFocus && { onCloseAutoFocus })}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export function MenuItem(props: {
  icon?: ReactNode
  children: ReactNode
  onSelect: () => void
  danger?: boolean
  /** For one of several choices. */
  checked?: boolean
}) {
  const { icon, children, onSelect, danger, checked } = props
  const look = `flex cursor-default select-none items-center gap-2.5 rounded-lg px-2.5 py-1.5 outline-none data-[highlighted]:bg-hover pointer-coarse:py-2.5 ${danger ? 'text-danger' : ''}`
  if (checked !== undefined) {
    return (
      <DropdownMenu.CheckboxItem checked={checked} onSelect={onSelect} className={look}>
        {icon}
        <span className="grow">{children}</span>
        <DropdownMenu.ItemIndicator className="text-accent">✓</DropdownMenu.ItemIndicator>
      </DropdownMenu.CheckboxItem>
    )
  }
  return (
    <DropdownMenu.Item onSelect={onSelect} className={look}>
      {icon}
      {children}
    </DropdownMenu.Item>
  )
}
