import type { ImportResult } from '@/lib/dmarc/service'
import type { AppError } from '@/lib/errors/app-error'

/**
 * A page of ours with how many files went which way, the first reason of a refusal, and why not all were read: the page
 * tells it in a line (`UploadLine`). A query that the path had is gone.
 */
export function withUploadLine(
  path: string,
  results: readonly ImportResult[],
  problem: AppError | null = null,
): string {
  const query = new URLSearchParams({ given: String(results.length) })
  for (const { state } of results) query.set(state, String(Number(query.get(state) ?? 0) + 1))
  const refused = results.find((result) => result.reason !== null)
  if (refused?.reason) query.set('reason', refused.reason)
  if (problem) query.set('problem', problem.messageKey)
  return `${path.split('?')[0]}?${query}`
}
