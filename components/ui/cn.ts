import { twMerge } from 'tailwind-merge'

/** Class names in one text; a later utility wins over an earlier one of its kind. */
export function cn(...names: (string | false | null | undefined)[]): string {
  return twMerge(names.filter(Boolean).join(' '))
}
