import 'server-only'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { systemClock } from '@/lib/clock/clock'
import { readRows } from '@/lib/dmarc/export/read-rows'
import { renderItems, type ExportFormat, type Item } from '@/lib/dmarc/export/render'
import { DEFAULT_DAYS, lastDays } from '@/lib/dmarc/period'
import type { ReportFilter } from '@/lib/dmarc/report-filter'
import type { ReportRow } from '@/lib/dmarc/report-row'
import { requireOwnDomain } from '@/lib/dmarc/require-domain'
import type { Source } from '@/lib/dmarc/sources/group-sources'
import { listSources } from '@/lib/dmarc/sources/queries'

const SOURCE_COLUMNS = [
  ...['name', 'kind', 'is_ours', 'messages', 'aligned', 'spf_aligned', 'dkim_aligned', 'stopped', 'forwarding'],
  ...['forward_reason', 'advice', 'retired_selectors', 'signs_as', 'envelope_senders', 'address_count', 'addresses'],
]
const ROW_COLUMNS = [
  ...['day', 'reporter', 'report', 'position', 'trust', 'source_ip', 'messages', 'disposition', 'dkim_aligned'],
  ...['spf_aligned', 'header_from', 'envelope_from', 'override', 'dkim', 'spf'],
]
/** Addresses of a source that stand in its line. */
const MOST_ADDRESSES = 100

function sourceItem(source: Source): Item {
  const { name, kind, isOurs, messages, aligned, stopped, forwarding, advice, addresses } = source
  return {
    ...{ name, kind, is_ours: isOurs, messages, aligned, stopped, forwarding, advice },
    ...{ spf_aligned: source.spfAligned, dkim_aligned: source.dkimAligned, forward_reason: source.forwardReason },
    ...{ retired_selectors: source.retiredSelectors, signs_as: source.signsAs, envelope_senders: source.envelopes },
    ...{ address_count: addresses.length, addresses: addresses.slice(0, MOST_ADDRESSES).map(({ ip }) => ip) },
  }
}

function rowItem(row: ReportRow): Item {
  const { day, reporter, reportId: report, position, trust, messages, disposition, override, dkim, spf } = row
  return {
    ...{ day, reporter, report, position, trust, messages, disposition, override, dkim, spf },
    ...{ source_ip: row.sourceIp, dkim_aligned: row.isDkimAligned, spf_aligned: row.isSpfAligned },
    ...{ header_from: row.headerFrom, envelope_from: row.envelopeFrom },
  }
}

async function* one(items: readonly Item[]): AsyncGenerator<readonly Item[], void, void> {
  yield await Promise.resolve(items)
}

/**
 * The sources of a domain in the time of the filter as the text of a file, each with its first 100 addresses; by the sums
 * of the 50,000 addresses with most messages. NOT_FOUND where the domain is not the actor's.
 */
export async function exportSources(
  actor: Actor,
  domain: string,
  filter: ReportFilter,
  format: ExportFormat,
): Promise<AsyncIterable<string>> {
  const sources = await listSources(actor, domain, filter)
  return renderItems(format, SOURCE_COLUMNS, one(sources.map(sourceItem)))
}

/**
 * The rows of a domain's reports in the time of the filter as the text of a file, read as it is taken: however many there
 * are, a thousand are held. NOT_FOUND where the domain is not the actor's.
 */
export async function exportRows(
  actor: Actor,
  domain: string,
  filter: ReportFilter,
  format: ExportFormat,
): Promise<AsyncIterable<string>> {
  requirePermission(actor, 'report:read')
  const own = await requireOwnDomain(actor, domain)
  const period = lastDays(filter.days ?? DEFAULT_DAYS, filter.now ?? systemClock())
  return renderItems(format, ROW_COLUMNS, rowItems(readRows(own, period, filter)))
}

async function* rowItems(pieces: AsyncIterable<readonly ReportRow[]>): AsyncGenerator<Item[], void, void> {
  for await (const rows of pieces) yield rows.map(rowItem)
}
