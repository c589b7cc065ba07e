'use client'

import { createContext, useContext } from 'react'

/** What a field must know of its form: sentences by field, and what was typed when it was refused. */
export interface FormContent {
  /** Tells its fields from those of other forms of the page. */
  id: string
  fields: Record<string, string[]>
  values: Record<string, string | string[]> | null
}

export const FormContext = createContext<FormContent>({ id: 'form', fields: {}, values: null })

export interface FieldState {
  errors: string[]
  /** What was typed, or null where nothing was sent yet. */
  typed: string | null
  wasSent: boolean
  id: string
  /** Attributes that tie the input to its help and errors. */
  aria: { 'aria-invalid': true | undefined; 'aria-describedby': string | undefined }
}

/** The id of a field's input: two forms of a page may have fields of one name. */
export function fieldId(form: string, key: string): string {
  return `${form}-${key}`
}

/** The state of the field `name`; a list's name is written with `[]`. */
export function useField(name: string, hasHelp: boolean): FieldState {
  const { id: form, fields, values } = useContext(FormContext)
  const key = name.replace(/\[\]$/, '')
  const errors = fields[key] ?? []
  const value = values?.[key]
  const id = fieldId(form, key)
  const described = [hasHelp ? `${id}-help` : '', errors.length > 0 ? `${id}-error` : ''].filter(Boolean).join(' ')
  return {
    errors,
    typed: value === undefined ? null : Array.isArray(value) ? value.join('\n') : value,
    wasSent: values !== null,
    id,
    aria: { 'aria-invalid': errors.length > 0 || undefined, 'aria-describedby': described || undefined },
  }
}
