import { useId } from 'react'

type Props = {
  label: string
  about: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

/** Something that is on or off, with a sentence on what that means. */
export function Switch({ label, about, checked, disabled = false, onChange }: Props) {
  const id = useId()
  return (
    <div className={`flex items-start gap-4 ${disabled ? 'opacity-60' : ''}`}>
      <div className="grow">
        <label htmlFor={id} className="font-medium text-sm">
          {label}
        </label>
        <p id={`${id}-about`} className="max-w-[34rem] text-pretty text-ink-muted text-sm leading-relaxed">
          {about}
        </p>
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={checked}
        aria-describedby={`${id}-about`}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="switch mt-0.5 shrink-0"
      />
    </div>
  )
}
