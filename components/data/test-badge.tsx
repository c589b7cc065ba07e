import { getTranslations } from 'next-intl/server'
import { Badge } from '@/components/ui/badge'
import type { Level } from '@/components/ui/level'

const LEVEL: Record<string, Level> = {
  queued: 'waiting',
  running: 'waiting',
  passed: 'ok',
  failed: 'broken',
  error: 'attention',
}

export function testLevel(state: string): Level {
  return LEVEL[state] ?? 'unknown'
}

/** How a deliverability test stands. */
export async function TestBadge({ state }: { state: string }) {
  const t = await getTranslations('tests')
  return <Badge level={testLevel(state)}>{t(`states.${state}`)}</Badge>
}
