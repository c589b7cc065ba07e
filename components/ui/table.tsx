/** A table in a box that scrolls by itself; `folds`: rows become blocks where the page is narrow. */
export function Table({
  label,
  folds = false,
  children,
}: {
  label: string
  folds?: boolean
  children: React.ReactNode
}) {
  return (
    <div
      className="table-box overflow-x-auto focus-visible:outline-offset-[-2px]"
      // A box that scrolls must be reachable by keyboard.
      {...(folds ? {} : { tabIndex: 0, role: 'region', 'aria-label': label })}
    >
      <table className={folds ? 'rows folds' : 'rows'} {...(folds ? { 'aria-label': label } : {})}>
        {children}
      </table>
    </div>
  )
}
