/** A bordered section, with its heading where it has one; `aside` stands at the right of that. */
export function Card({
  title,
  aside,
  children,
}: {
  title?: React.ReactNode
  aside?: React.ReactNode
  children: React.ReactNode
}) {
  return (
    <section className="border-line bg-panel mb-5 min-w-0 overflow-hidden rounded-lg border">
      {title ? (
        <header className="border-line flex flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b px-4 py-2.5">
          <h2 className="text-lg font-semibold tracking-[-0.005em]">{title}</h2>
          {aside ? <div className="text-muted flex flex-wrap items-center gap-2 text-xs">{aside}</div> : null}
        </header>
      ) : null}
      {children}
    </section>
  )
}

export function CardBody({ children }: { children: React.ReactNode }) {
  return <div className="px-4 py-3.5">{children}</div>
}
