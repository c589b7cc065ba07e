export interface Fact {
  term: string
  value: React.ReactNode
}

/** Names and values in two columns, one under the other where the page is narrow. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="grid grid-cols-1 gap-x-4 px-4 py-3 sm:grid-cols-[minmax(120px,200px)_1fr] sm:gap-y-1.5">
      {facts.map(({ term, value }) => (
        <div key={term} className="contents">
          <dt className="text-muted text-sm max-sm:mt-2">{term}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
