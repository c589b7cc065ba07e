'use client'

import { useState } from 'react'
import { buttonClass } from '@/components/ui/button-class'

/** Copies exactly `text`. Where the browser gives no clipboard, the text beside it can be selected. */
export function CopyButton({ text, label, done, name }: { text: string; label: string; done: string; name: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      setTimeout(() => setCopied(false), 2000)
    } catch {
      setCopied(false)
    }
  }
  return (
    <button
      type="button"
      onClick={() => void copy()}
      className={buttonClass('plain', 'small')}
      aria-label={`${label}: ${name}`}
    >
      <span aria-live="polite">{copied ? done : label}</span>
    </button>
  )
}
