/** A bordered section with its heading; `aside` stands at the right of it, `id` lets a link lead here. */
export function Card({
  title,
  aside,
  id,
  children,
}: {
  title: React.ReactNode
  aside?: React.ReactNode
  id?: string
  children: React.ReactNode
}) {
  return (
    <section id={id} className="border-line bg-panel mb-5 min-w-0 overflow-hidden rounded-lg border">
      <header className="border-line flex flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b px-4 py-2.5">
        <h2 className="text-lg font-semibold tracking-[-0.005em]">{title}</h2>
        {aside ? <div className="text-muted flex flex-wrap items-center gap-2 text-xs">{aside}</div> : null}
      </header>
      {children}
    </section>
  )
}

export function CardBody({ children }: { children: React.ReactNode }) {
  return <div className="px-4 py-3.5">{children}</div>
}
