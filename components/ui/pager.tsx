import { ButtonLink } from '@/components/ui/button'

/** The way to the next page of a list that pages by key; back to the first one where this is not it. */
export function Pager({
  first,
  next,
  labels,
}: {
  first: string | null
  next: string | null
  labels: { first: string; next: string; name: string }
}) {
  if (!first && !next) return null
  return (
    <nav aria-label={labels.name} className="border-line flex justify-end gap-2 border-t px-4 py-2.5">
      {first ? (
        <ButtonLink href={first} size="small">
          {labels.first}
        </ButtonLink>
      ) : null}
      {next ? (
        <ButtonLink href={next} size="small">
          {labels.next}
        </ButtonLink>
      ) : null}
    </nav>
  )
}
