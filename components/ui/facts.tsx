export interface Fact {
  term: string
  value: React.ReactNode
}

/** Names and values in two columns. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className="grid grid-cols-[fit-content(40%)_1fr] items-baseline gap-x-4 gap-y-1.5 px-4 py-3 sm:grid-cols-[fit-content(200px)_1fr] sm:gap-x-6">
      {facts.map(({ term, value }) => (
        <div key={term} className="contents">
          <dt className="text-muted min-w-[88px] text-sm sm:min-w-[120px]">{term}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
