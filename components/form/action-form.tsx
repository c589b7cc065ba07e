'use client'

import { useActionState, useEffect, useId, useRef } from 'react'
import { fieldId, FormContext } from '@/components/form/form-context'
import { OnceSecretBox } from '@/components/form/once-secret'
import { NoticeLine } from '@/components/ui/notice'
import type { FormAction, OnceSecret } from '@/lib/http/action-state'

/**
 * A form over a server action. Without JavaScript it posts and the page comes back with the same sentences. The summary
 * of what is wrong takes the focus and leads to each field. A secret that the action made takes the form's place, once.
 * `hidden` are fields that nobody types: which thing the form is about.
 */
export function ActionForm({
  action,
  hidden = {},
  children,
  className,
}: {
  action: FormAction<undefined> | FormAction<OnceSecret>
  hidden?: Record<string, string | number>
  children: React.ReactNode
  className?: string
}) {
  const [state, send] = useActionState(action as FormAction<OnceSecret>, { status: 'idle' })
  const id = useId()
  const summary = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (state.status === 'error') summary.current?.focus()
  }, [state])
  const refused = state.status === 'error' ? state : null
  const named = Object.entries(refused?.fields ?? {}).filter(([name]) => name !== '')
  const general = refused?.fields[''] ?? []
  const secret = state.status === 'ok' ? (state.data as OnceSecret | undefined) : undefined
  if (state.status === 'ok' && secret) return <OnceSecretBox secret={secret} notice={state.notice} />
  return (
    <FormContext value={{ id, fields: refused?.fields ?? {}, values: refused?.values ?? null }}>
      <form action={send} className={className ?? 'flex flex-col gap-4'} noValidate>
        {Object.entries(hidden).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {refused ? (
          <div
            ref={summary}
            tabIndex={-1}
            role="alert"
            className="border-broken bg-broken-soft text-broken max-w-[520px] rounded-md border px-3 py-2"
          >
            <p className="font-[550]">{refused.message}</p>
            {named.length + general.length > 0 ? (
              <ul className="mt-1 list-disc pl-5 text-sm">
                {general.map((text) => (
                  <li key={text}>{text}</li>
                ))}
                {named.flatMap(([name, texts]) =>
                  texts
                    .filter((text) => text !== refused.message)
                    .map((text) => (
                      <li key={name + text}>
                        <a href={`#${fieldId(id, name)}`} className="text-broken">
                          {text}
                        </a>
                      </li>
                    )),
                )}
              </ul>
            ) : null}
          </div>
        ) : null}
        {state.status === 'ok' && state.notice ? <NoticeLine notice={state.notice} /> : null}
        {children}
      </form>
    </FormContext>
  )
}
