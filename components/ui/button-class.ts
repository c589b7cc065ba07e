/** How a button looks; a plain text, so that client leaves take no style library along. */
const BASE =
  'inline-flex items-center justify-center gap-1.5 rounded-md border text-sm font-[550] no-underline whitespace-nowrap cursor-pointer disabled:cursor-not-allowed disabled:opacity-60 aria-disabled:cursor-not-allowed'

const VARIANTS = {
  primary: 'border-accent bg-accent text-on-accent hover:border-accent-hover hover:bg-accent-hover',
  plain: 'border-line-strong bg-panel text-text hover:bg-sunken',
  danger: 'border-broken bg-panel text-broken hover:bg-broken-soft',
  quiet: 'border-transparent bg-transparent text-muted hover:bg-sunken hover:text-text',
} as const

const SIZES = { normal: 'min-h-8 px-3 py-1.5', small: 'min-h-6 px-2 py-0.5 text-xs' } as const

export type ButtonVariant = keyof typeof VARIANTS
export type ButtonSize = keyof typeof SIZES

export function buttonClass(variant: ButtonVariant = 'plain', size: ButtonSize = 'normal'): string {
  return `${BASE} ${VARIANTS[variant]} ${SIZES[size]}`
}
