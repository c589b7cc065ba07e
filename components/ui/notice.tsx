import { Badge } from '@/components/ui/badge'
import type { Level } from '@/components/ui/level'

/** The line that tells what a change did: a badge, a sentence, a link to the difference. */
export function NoticeLine({
  notice,
}: {
  notice: { level: Level; word: string; text: string; link?: { href: string; label: string } }
}) {
  return (
    <div
      role="status"
      className="border-line-strong bg-panel mb-5 flex flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg border px-3 py-2"
    >
      <Badge level={notice.level}>{notice.word}</Badge>
      <span className="min-w-0 wrap-anywhere">{notice.text}</span>
      {notice.link ? <a href={notice.link.href}>{notice.link.label}</a> : null}
    </div>
  )
}
