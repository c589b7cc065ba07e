import { z } from 'zod'
import { addressSchema } from '@/lib/addresses/address'

/** A check box of a form: absent is off. */
export const switchField = z.preprocess((value) => value === true || value === 'on' || value === 'true', z.boolean())

/** A quota as typed, in mebibytes; 0 for none. */
export const mebibytesField = z.coerce
  .number('field.number')
  .int('field.number')
  .min(0, 'field.number')
  .max(100_000_000, 'field.number')

const MOST_CHARACTERS = 60_000

/** Addresses as typed, one a line or by comma, each once, at most `most`; tags are kept, for they may be elsewhere. */
export function addressList(most: number) {
  return z
    .string()
    .max(MOST_CHARACTERS, 'field.long')
    .transform((text) => [...new Set(text.split(/[\s,]+/).filter((item) => item !== ''))])
    .pipe(z.array(addressSchema).max(most, 'field.many'))
}
