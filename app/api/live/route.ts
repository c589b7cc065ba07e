import { apiRoute } from '@/lib/http/api-route'
import { getLiveState } from '@/lib/live/queries'

/** What open pages ask while they are looked at: whether anything has changed `since` the token of the last answer. */
export const GET = apiRoute({ permission: 'domain:read' }, async (actor, request) => {
  const state = await getLiveState(actor)
  const isChanged = new URL(request.url).searchParams.get('since') !== state.token
  return Response.json({ ...state, isChanged }, { headers: { 'Cache-Control': 'no-store' } })
})
