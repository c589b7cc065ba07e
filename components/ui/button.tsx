import Link from 'next/link'
import type { ComponentProps } from 'react'
import { buttonClass, type ButtonSize, type ButtonVariant } from '@/components/ui/button-class'

interface Look {
  variant?: ButtonVariant
  size?: ButtonSize
}

/** A link that looks like a button: it leads somewhere, it changes nothing. */
export function ButtonLink({ variant, size, className = '', ...rest }: ComponentProps<typeof Link> & Look) {
  return <Link prefetch={false} className={`${buttonClass(variant, size)} ${className}`} {...rest} />
}
