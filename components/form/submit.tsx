'use client'

import { useFormStatus } from 'react-dom'
import { buttonClass, type ButtonSize, type ButtonVariant } from '@/components/ui/button-class'

/** The button that sends a form; while it works it says so and takes no second click. */
export function SubmitButton({
  children,
  busy,
  variant = 'primary',
  size,
  name,
  value,
}: {
  children: React.ReactNode
  /** The words while it works. */
  busy: string
  variant?: ButtonVariant
  size?: ButtonSize
  name?: string
  value?: string
}) {
  const { pending } = useFormStatus()
  return (
    <button
      type="submit"
      name={name}
      value={value}
      aria-disabled={pending || undefined}
      onClick={(event) => {
        if (pending) event.preventDefault()
      }}
      className={buttonClass(variant, size)}
    >
      {pending ? busy : children}
    </button>
  )
}
