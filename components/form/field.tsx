'use client'

import type { ComponentProps, ReactNode } from 'react'
import { useField } from '@/components/form/form-context'

const INPUT =
  'w-full rounded-md border border-control bg-panel px-2.5 py-1.5 text-text min-h-9 aria-invalid:border-broken disabled:opacity-60'

interface Common {
  name: string
  label: string
  help?: ReactNode
}

function Help({ id, help }: { id: string; help?: ReactNode }) {
  return help ? (
    <div id={`${id}-help`} className="text-muted text-sm">
      {help}
    </div>
  ) : null
}

function Errors({ id, errors }: { id: string; errors: string[] }) {
  return errors.length > 0 ? (
    <div id={`${id}-error`} className="text-broken text-sm font-[550]">
      {errors.join(' ')}
    </div>
  ) : null
}

/** One line of text, with its label above, help below and its errors beside. `after` stands behind it (a unit, `@domain`). */
export function TextField({
  name,
  label,
  help,
  after,
  isMono = false,
  defaultValue,
  ...rest
}: Common & { after?: string; isMono?: boolean } & ComponentProps<'input'>) {
  const { errors, typed, id, aria } = useField(name, Boolean(help))
  const isSecret = rest.type === 'password'
  return (
    <div className="flex max-w-[520px] flex-col gap-1">
      <label htmlFor={id} className="text-sm font-[550]">
        {label}
      </label>
      <div className="flex items-center gap-2">
        <input
          id={id}
          name={name}
          defaultValue={isSecret ? undefined : (typed ?? defaultValue)}
          autoCapitalize="none"
          spellCheck={false}
          className={`${INPUT} ${isMono ? 'exact' : ''} ${rest.inputMode === 'numeric' ? 'max-w-40' : ''}`}
          {...aria}
          {...rest}
        />
        {after ? (
          <span className={`text-muted max-w-[60%] shrink-0 wrap-anywhere ${isMono ? 'exact' : 'text-sm'}`}>
            {after}
          </span>
        ) : null}
      </div>
      <Help id={id} help={help} />
      <Errors id={id} errors={errors} />
    </div>
  )
}

/** Several lines of text; a list's name ends in `[]` only where each line is a field of its own, so here it never does. */
export function TextAreaField({ name, label, help, defaultValue, ...rest }: Common & ComponentProps<'textarea'>) {
  const { errors, typed, id, aria } = useField(name, Boolean(help))
  return (
    <div className="flex max-w-[520px] flex-col gap-1">
      <label htmlFor={id} className="text-sm font-[550]">
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        rows={4}
        defaultValue={typed ?? defaultValue}
        autoCapitalize="none"
        spellCheck={false}
        className={`${INPUT} exact`}
        {...aria}
        {...rest}
      />
      <Help id={id} help={help} />
      <Errors id={id} errors={errors} />
    </div>
  )
}

/** A choice of one. */
export function SelectField({
  name,
  label,
  help,
  options,
  defaultValue,
}: Common & { options: { value: string; label: string }[]; defaultValue?: string }) {
  const { errors, typed, id, aria } = useField(name, Boolean(help))
  const chosen = typed ?? defaultValue
  return (
    <div className="flex max-w-[520px] flex-col gap-1">
      <label htmlFor={id} className="text-sm font-[550]">
        {label}
      </label>
      {/* The key makes a new element: React does not carry a changed default over a form's reset. */}
      <select key={chosen} id={id} name={name} defaultValue={chosen} className={INPUT} {...aria}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Help id={id} help={help} />
      <Errors id={id} errors={errors} />
    </div>
  )
}

/** A yes or no; sent as `on`. */
export function CheckboxField({
  name,
  label,
  help,
  defaultChecked = false,
  value = 'on',
}: Common & { defaultChecked?: boolean; value?: string }) {
  const { errors, typed, wasSent, id, aria } = useField(name, Boolean(help))
  const isList = name.endsWith('[]')
  const isOn = wasSent ? (isList ? (typed ?? '').split('\n').includes(value) : typed !== null) : defaultChecked
  const ownId = isList ? `${id}-${value}` : id
  return (
    <div className="flex max-w-[520px] flex-col gap-0.5">
      <label htmlFor={ownId} className="flex items-start gap-2">
        <input
          key={String(isOn)}
          type="checkbox"
          id={ownId}
          name={name}
          value={value}
          defaultChecked={isOn}
          className="accent-accent mt-0.5 size-4 shrink-0"
          {...aria}
        />
        <span>{label}</span>
      </label>
      <div className="pl-6">
        <Help id={id} help={help} />
        <Errors id={id} errors={errors} />
      </div>
    </div>
  )
}
