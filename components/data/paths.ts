/** Paths of the panel's pages. A local part may hold `#`, `?` and `&`, so it is always encoded. */
export const domainPath = (domain: string, page = ''): string => `/domains/${domain}${page === '' ? '' : `/${page}`}`
export const mailboxPath = (domain: string, localPart: string): string =>
  domainPath(domain, `mailboxes/${encodeURIComponent(localPart)}`)
export const aliasPath = (domain: string, localPart: string): string =>
  domainPath(domain, `aliases/${encodeURIComponent(localPart)}`)
export const planPath = (domain: string, id: string): string => domainPath(domain, `dns/plans/${id}`)
export const testPath = (id: string): string => `/tests/${id}`
export const reportPath = (id: string): string => `/reports/${id}`
/** Where the file that a report came in is downloaded. */
export const originalPath = (fileId: string): string => `/api/report-files/${fileId}/original`
export const releasePath = (number: bigint | string): string => `/releases/${number}`

/** A path with its query; what is null or empty is left out. */
export function withQuery(path: string, query: Record<string, string | null | undefined>): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`
}
