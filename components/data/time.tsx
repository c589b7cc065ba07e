import { getFormatter, getNow } from 'next-intl/server'

/** A moment in relative words, with the absolute time (UTC) in `<time>` and on hover. */
export async function RelativeTime({ at }: { at: Date }) {
  const [format, now] = await Promise.all([getFormatter(), getNow()])
  const absolute = format.dateTime(at, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23', timeZone: 'UTC' })
  return (
    <time dateTime={at.toISOString()} title={`${absolute} UTC`}>
      {format.relativeTime(at, now)}
    </time>
  )
}

/** A moment as date and time (UTC). */
export async function AbsoluteTime({ at }: { at: Date }) {
  const format = await getFormatter()
  const text = format.dateTime(at, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23', timeZone: 'UTC' })
  return <time dateTime={at.toISOString()}>{text} UTC</time>
}
