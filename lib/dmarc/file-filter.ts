/** What became of a file, what is in it, and whether its mail is from who it says (`ReportFile`). */
export const FILE_STATES = ['stored', 'duplicate', 'foreign', 'rejected', 'failed'] as const
export const FILE_KINDS = ['aggregate', 'failure', 'tls'] as const
export const FILE_TRUSTS = ['none', 'pending', 'verified', 'unverified'] as const

/** Which files are listed; each of these narrows the list. */
export interface FileFilter {
  state?: (typeof FILE_STATES)[number]
  kind?: (typeof FILE_KINDS)[number]
  trust?: (typeof FILE_TRUSTS)[number]
}

/** A filter as it stands in the query of a page. */
export type FileQuery = { [K in keyof FileFilter]?: string }

/** Reads the filter of a query; what is no choice of the page is left aside. */
export function readFileFilter(query: FileQuery): FileFilter {
  const [state, kind, trust] = [
    FILE_STATES.find((known) => known === query.state),
    FILE_KINDS.find((known) => known === query.kind),
    FILE_TRUSTS.find((known) => known === query.trust),
  ]
  return { ...(state ? { state } : {}), ...(kind ? { kind } : {}), ...(trust ? { trust } : {}) }
}
