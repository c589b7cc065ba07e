import { visibleText } from '@/lib/text/visible-text'

/** Text of a stranger, as data: what hides in it is shown, and its direction does not reach beyond it. */
export function ForeignText({ text, className }: { text: string; className?: string }) {
  return <bdi className={className}>{visibleText(text)}</bdi>
}
