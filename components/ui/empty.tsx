/** What belongs here, and the one next step. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string
  children?: React.ReactNode
  action?: React.ReactNode
}) {
  return (
    <div className="flex flex-col items-start gap-2 px-4 py-6">
      <p className="font-[550]">{title}</p>
      {children ? <div className="text-muted max-w-prose">{children}</div> : null}
      {action ? <div className="mt-1">{action}</div> : null}
    </div>
  )
}
