import 'server-only'
import { createHash } from 'node:crypto'
import { requirePermission, type Actor } from '@/lib/auth/actor'
import { db } from '@/lib/db/client'

export interface LiveState {
  /** Another text means that something a page may show has changed. It tells nothing else. */
  token: string
  /** Something is under way that may end any second: a delivery, a test, a key or record on its way into DNS. */
  isWaiting: boolean
}

/**
 * What pages follow while they are open, in one question: releases and what nodes run, tests, what DNS said and checks found, keys,
 * reports and the mailboxes that they come from. The same for everybody: it is a digest, and each page reads its own again by its own rights.
 */
export async function getLiveState(actor: Actor): Promise<LiveState> {
  requirePermission(actor, 'domain:read')
  const [row] = await db().$queryRaw<{ state: string; waiting: boolean }[]>`
    WITH newest AS (SELECT coalesce(max(number), 0) AS number FROM release)
    SELECT concat_ws('|',
      (SELECT number FROM newest),
      (SELECT string_agg(concat_ws(',', n.name, n.confirmed_release, n.last_error, n.roles::text,
          (SELECT count(*) FROM node_hold h WHERE h.node_id = n.id)), ';' ORDER BY n.name)
        FROM node n WHERE n.removed_at IS NULL),
      (SELECT string_agg(concat_ws(',', t.id, t.state, md5(t.result::text)), ';' ORDER BY t.id)
        FROM (SELECT id, state, result FROM deliverability_test ORDER BY created_at DESC LIMIT 20) t),
      (SELECT max(checked_at) FROM dns_observation),
      (SELECT max(at) FROM finding_change),
      (SELECT string_agg(concat_ws(',', delivered_at, last_error), ';' ORDER BY id) FROM alert_target),
      (SELECT string_agg(concat_ws(',', k.state, k.count), ';' ORDER BY k.state)
        FROM (SELECT state::text AS state, count(*) AS count FROM dkim_key
               WHERE state <> 'active' AND state <> 'removed' AND NOT (is_spare AND state = 'published') GROUP BY 1) k),
      (SELECT string_agg(concat_ws(',', p.id, p.state, md5(p.edits::text)), ';' ORDER BY p.id)
        FROM (SELECT id, state, edits FROM dns_plan ORDER BY created_at DESC LIMIT 20) p),
      (SELECT string_agg(last_try->>'at', ';' ORDER BY id) FROM dns_provider),
      (SELECT max(received_at) FROM report_file),
      (SELECT string_agg(concat_ws(',', state, problem_code, mail_count, held_count), ';' ORDER BY id) FROM report_mailbox),
      (SELECT count(*) FROM report_file WHERE trust = 'pending'),
      (SELECT value->>'at' FROM setting WHERE key = 'server.checks')) AS state,
    (EXISTS (SELECT 1 FROM node n, newest WHERE n.removed_at IS NULL AND n.last_error IS NULL AND n.confirmed_release < newest.number)
      OR EXISTS (SELECT 1 FROM deliverability_test WHERE state IN ('queued', 'running') AND created_at > now() - interval '5 minutes')
      OR EXISTS (SELECT 1 FROM dns_plan WHERE state IN ('making', 'confirmed') AND created_at > now() - interval '1 hour')
      OR EXISTS (SELECT 1 FROM dns_observation WHERE state = 'propagating' AND since > now() - interval '5 minutes')
      OR EXISTS (SELECT 1 FROM dkim_key WHERE state = 'published' AND NOT is_spare AND published_at > now() - interval '5 minutes')
      OR EXISTS (SELECT 1 FROM report_mailbox WHERE state = 'new' AND coalesce(state_at, created_at) > now() - interval '2 minutes')
      OR EXISTS (SELECT 1 FROM dkim_key WHERE state = 'requested' AND created_at > now() - interval '5 minutes')) AS waiting`
  const token = createHash('sha256')
    .update(row?.state ?? '')
    .digest('base64url')
    .slice(0, 22)
  return { token, isWaiting: row?.waiting ?? false }
}
