'use client'

import { useEffect, useRef } from 'react'
import { CopyButton } from '@/components/ui/copy'
import { buttonClass } from '@/components/ui/button-class'
import { NoticeLine } from '@/components/ui/notice'
import type { Notice, OnceSecret } from '@/lib/http/action-state'

/** A secret that is seen here and never again. */
export function OnceSecretBox({ secret, notice }: { secret: OnceSecret; notice: Notice | null }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div>
      {notice ? <NoticeLine notice={notice} /> : null}
      <h3 ref={heading} tabIndex={-1} className="text-lg font-semibold">
        {secret.title}
      </h3>
      <div className="border-line-strong bg-sunken my-2 flex max-w-[520px] items-center justify-between gap-3 rounded-md border px-3 py-2">
        <code className="font-mono text-base wrap-anywhere select-all">{secret.value}</code>
        <CopyButton text={secret.value} label={secret.copy} done={secret.copied} name={secret.title} />
      </div>
      <p className="text-muted mb-4 max-w-prose">{secret.help}</p>
      <a href={secret.next.href} className={buttonClass('primary')}>
        {secret.next.label}
      </a>
    </div>
  )
}
