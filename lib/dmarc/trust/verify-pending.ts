import 'server-only'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { DNSResolver } from 'mailauth'
import type { Clock } from '@/lib/clock/clock'
import { db } from '@/lib/db/client'
import { storeVerdicts, type FileVerdict } from '@/lib/dmarc/trust/store-verdicts'
import type { Verdict } from '@/lib/dmarc/trust/verdict'
import { verifyReportMail } from '@/lib/dmarc/trust/verify-report-mail'
import { readRetention } from '@/lib/retention/stored'
import { logger } from '@/lib/logger/logger'

const unpack = promisify(gunzip)

const MINUTE = 60_000
const FILES_AT_ONCE = 64
/** So many wait for DNS together; and so many originals lie in memory. */
const MAILS_AT_ONCE = 4
const FIRST_WAIT = 15 * MINUTE
const LONGEST_WAIT = 12 * 60 * MINUTE
/** What could not be asked for in this time is unverified. */
const GIVE_UP_AFTER = 3 * 24 * 60 * MINUTE

export interface TrustDeps {
  resolver: DNSResolver
  clock: Clock
}

/**
 * Verifies mails with reports that wait for it, the oldest first; true where more may be waiting. Where DNS does not
 * answer they stay pending and are asked about later and later, for three days.
 */
export async function verifyPendingMail(deps: TrustDeps): Promise<boolean> {
  const now = deps.clock()
  const waiting = await db().reportFile.findMany({
    where: { trust: 'pending', OR: [{ nextTryAt: null }, { nextTryAt: { lte: now } }] },
    orderBy: { id: 'asc' },
    take: FILES_AT_ONCE,
    select: { id: true, kind: true, receivedAt: true, sizeBytes: true },
  })
  const { keepsFailureMail } = await readRetention(db())
  const verdicts: FileVerdict[] = []
  const queue = waiting.values()
  const work = async () => {
    for (const file of queue) {
      const verdict = fileVerdict(file, await verifyFile(file, deps), now)
      const goes = file.kind === 'failure' && !keepsFailureMail
      verdicts.push({ ...verdict, dropsOriginal: goes && verdict.trust !== 'pending' })
    }
  }
  await Promise.all(Array.from({ length: MAILS_AT_ONCE }, work))
  await storeVerdicts(verdicts)
  return waiting.length === FILES_AT_ONCE
}

interface Waiting {
  id: string
  kind: string | null
  receivedAt: Date
  sizeBytes: number
}

async function verifyFile({ id, sizeBytes }: Waiting, { resolver, clock }: TrustDeps): Promise<Verdict> {
  try {
    const row = await db().reportFile.findUnique({ where: { id }, select: { original: true } })
    if (!row?.original) return { trust: 'unverified', reason: 'unexpected', senderDomain: null }
    const mail = await unpack(row.original, { maxOutputLength: Math.max(1, sizeBytes) })
    return await verifyReportMail(mail, resolver, clock().getTime())
  } catch (error) {
    logger('dmarc').error({ err: error, id }, 'the mail of a report could not be verified; trying again')
    return { trust: 'pending', reason: 'unexpected', senderDomain: null }
  }
}

function fileVerdict({ id, receivedAt }: Waiting, verdict: Verdict, now: Date): Omit<FileVerdict, 'dropsOriginal'> {
  const age = now.getTime() - receivedAt.getTime()
  const isOver = verdict.trust === 'pending' && age >= GIVE_UP_AFTER
  const trust = isOver ? 'unverified' : verdict.trust
  const wait = Math.min(Math.max(age, FIRST_WAIT), LONGEST_WAIT)
  const nextTryAt = trust === 'pending' ? new Date(now.getTime() + wait) : null
  return { ...verdict, fileId: id, trust, nextTryAt }
}
