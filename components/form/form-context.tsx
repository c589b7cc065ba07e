'use client'

import { createContext, useContext } from 'react'

/** What a field must know of its form: sentences by field, and what was typed when it was refused. */
export interface FormContent {
  fields: Record<string, string[]>
  values: Record<string, string | string[]> | null
}

export const FormContext = createContext<FormContent>({ fields: {}, values: null })

export interface FieldState {
  errors: string[]
  /** What was typed, or null where nothing was sent yet. */
  typed: string | null
  wasSent: boolean
  id: string
  /** Attributes that tie the input to its help and errors. */
  aria: { 'aria-invalid': true | undefined; 'aria-describedby': string | undefined }
}

/** The state of the field `name`; a list's name is written with `[]`. */
export function useField(name: string, hasHelp: boolean): FieldState {
  const { fields, values } = useContext(FormContext)
  const key = name.replace(/\[\]$/, '')
  const errors = fields[key] ?? []
  const value = values?.[key]
  const id = `field-${key}`
  const described = [hasHelp ? `${id}-help` : '', errors.length > 0 ? `${id}-error` : ''].filter(Boolean).join(' ')
  return {
    errors,
    typed: value === undefined ? null : Array.isArray(value) ? value.join('\n') : value,
    wasSent: values !== null,
    id,
    aria: { 'aria-invalid': errors.length > 0 || undefined, 'aria-describedby': described || undefined },
  }
}
