// The core alone: the worker runs without a browser's React, which next-intl's own entry wants.
import { createTranslator } from 'use-intl/core'
import type { Digest } from '@/lib/digest/digest'
import { LOCALES, type Locale } from '@/lib/http/locale'
import { plainText } from '@/lib/dmarc/plain-text'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

const MESSAGES = { en, fr }
const NAME_LENGTH = 253

interface Language {
  say: (key: string, values?: Record<string, string | number>) => string
  reasonOf: (reason: string) => string
  list: (items: readonly string[]) => string
  percent: (share: number) => string
  /** A time of days, `YYYY-MM-DD`. */
  days: (from: string, to: string) => string
}

function languageOf(stored: string): Language {
  const locale: Locale = LOCALES.find((known) => known === stored) ?? 'en'
  const options = { locale, messages: MESSAGES[locale] }
  const say = createTranslator({ ...options, namespace: 'digest' }) as unknown as Language['say']
  const reasons: Record<string, string | undefined> = MESSAGES[locale].reports.reasons
  const lists = new Intl.ListFormat(locale)
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1, roundingMode: 'floor' })
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' })
  return {
    say,
    reasonOf: (reason) => reasons[reason] ?? plainText(reason, NAME_LENGTH),
    list: (items) => lists.format(items.map(safeName)),
    percent: (share) => percents.format(share),
    days: (from, to) => dates.formatRange(new Date(from), new Date(to)),
  }
}

/** A name from a report or from DNS: nothing that steers the text around it, and nothing that a reader makes a link of. */
function safeName(name: string): string {
  return plainText(name, NAME_LENGTH).replaceAll(/[:/@<>]+/g, ' ')
}

function totalLine({ week, before }: Digest, { say, percent }: Language): string {
  const share = ({ messages, aligned }: Digest['week']): string =>
    say('share', { messages, percent: percent(messages === 0 ? 0 : aligned / messages) })
  if (week.messages === 0) return say('noMessage', { before: before.messages })
  return before.messages === 0
    ? say('total', { share: share(week) })
    : say('totalBefore', { share: share(week), before: share(before) })
}

function domainLines({ domains, hasMore }: Digest, { say, list }: Language): string[] {
  if (domains.length === 0) return []
  const lines = domains.flatMap(({ name, messages, aligned, ours, newSources, newCount }) => {
    const more = newCount - newSources.length
    return [
      `- ${say('domain', { name: safeName(name), failed: messages - aligned, messages })}`,
      ...(ours.length > 0
        ? [`  ${say('ours', { list: list(ours.map((one) => say('source', { name: one.name, failed: one.failed }))) })}`]
        : []),
      ...(newCount > 0
        ? [`  ${say('new', { list: list(more > 0 ? [...newSources, say('more', { count: more })] : newSources) })}`]
        : []),
    ]
  })
  return [say('domains'), ...lines, ...(hasMore ? [say('moreDomains', { count: domains.length })] : []), '']
}

function tlsLines({ tls: { failed, sessions, domains } }: Digest, { say }: Language): string[] {
  if (failed === 0) return []
  const lines = domains.map((one) => `- ${say('tlsDomain', { ...one, name: safeName(one.name) })}`)
  return [say('tls', { failed, sessions }), ...lines, '']
}

function refusedLines({ refused: { files, reasons } }: Digest, { say, reasonOf }: Language): string[] {
  if (files === 0) return []
  const lines = reasons.map((one) => `- ${say('reason', { files: one.files, reason: reasonOf(one.reason) })}`)
  return [say('refused', { files }), ...lines, '']
}

function silentLines({ silent: { count, names } }: Digest, { say, list }: Language): string[] {
  if (count === 0) return []
  const more = count - names.length
  return [say('silent', { count }), `  ${list(more > 0 ? [...names, say('more', { count: more })] : names)}`, '']
}

/** The weekly digest as a message. `pageUrl` is where the reports are shown. Without anything to tell it is short. Pure. */
export function digestText(digest: Digest, stored: string, pageUrl: string): { subject: string; text: string } {
  const language = languageOf(stored)
  const { say, days } = language
  const when = days(digest.from, digest.to)
  const attention = digest.domains.filter(({ ours }) => ours.length > 0).length
  const parts = [domainLines, tlsLines, refusedLines, silentLines].flatMap((lines) => lines(digest, language))
  const body = parts.length === 0 ? [say('nothing'), ''] : parts
  const lines = [say('head', { when }), '', totalLine(digest, language), '', ...body, say('where', { url: pageUrl })]
  return { subject: say('subject', { when, count: attention }), text: `${[...lines, say('why')].join('\r\n')}\r\n` }
}
