import { createTranslator, createFormatter } from 'next-intl'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { hashPassword } from '@/lib/auth/password'
import { openSession } from '@/lib/auth/sign-in'
import { encodeSession } from '@/lib/auth/next-auth'
import { signOut } from '@/lib/auth/service'
import { testDb } from '@/lib/db/testing'
import { AppError } from '@/lib/errors/app-error'
import { apiRoute } from '@/lib/http/api-route'
import { formAction, openAction } from '@/lib/http/form-action'
import en from '@/messages/en.json'
import type { AdminRole } from '@/lib/db/generated/enums'

// The edge of the framework: what a request brings. Everything behind it is real.
const request = vi.hoisted(() => ({ cookie: undefined as string | undefined }))
vi.mock('next/headers', () => ({
  cookies: () => Promise.resolve({ get: () => (request.cookie === undefined ? undefined : { value: request.cookie }) }),
  headers: () => Promise.resolve(new Headers()),
}))
vi.mock('next-intl/server', () => ({
  getTranslations: (namespace: string) =>
    Promise.resolve(createTranslator({ locale: 'en', messages: en, namespace: namespace as never })),
  getFormatter: () => Promise.resolve(createFormatter({ locale: 'en', timeZone: 'UTC' })),
}))

const db = testDb()

beforeEach(() => {
  request.cookie = undefined
})

async function signedIn(role: AdminRole) {
  const admin = await db.admin.create({
    data: { email: `${role}@home.test`, name: role, role, passwordHash: await hashPassword('x'.repeat(12)) },
  })
  const sessionId = await openSession(admin.id, { address: null, userAgent: null }, new Date())
  request.cookie = await encodeSession(sessionId)
  return { kind: 'admin' as const, id: admin.id, name: role, role, sessionId, address: null }
}

function form(values: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(values)) data.set(name, value)
  return data
}

const schema = z.object({ name: z.string().min(3, 'auth.nameEmpty'), password: z.string() })
const typed = { name: 'Ada', password: 'secret text' }
const IDLE = { status: 'idle' } as const
const redirected = (to: string): unknown =>
  expect.objectContaining({ digest: expect.stringContaining(`;${to};`) as string })

describe('formAction', () => {
  const run = vi.fn(() => Promise.resolve({ data: 'done' }))
  const action = formAction({ permission: 'setting:write', schema }, run)

  beforeEach(() => {
    run.mockClear()
  })

  it('sends a stranger to the sign-in page before it looks at the input', async () => {
    await expect(action(IDLE, form({ name: '' }))).rejects.toEqual(redirected('/sign-in'))
    expect(run).not.toHaveBeenCalled()
  })

  it('takes no session that was revoked, nor a cookie of its own making', async () => {
    await signOut(await signedIn('owner'))
    await expect(action(IDLE, form(typed))).rejects.toEqual(redirected('/sign-in'))
    request.cookie = 'made up'
    await expect(action(IDLE, form(typed))).rejects.toEqual(redirected('/sign-in'))
    expect(run).not.toHaveBeenCalled()
  })

  it('refuses a role without the permission', async () => {
    await signedIn('reader')
    expect(await action(IDLE, form(typed))).toMatchObject({ status: 'error', message: en.errors.auth.forbidden })
    expect(run).not.toHaveBeenCalled()
  })

  it('gives a field its sentence and keeps what was typed, never a password', async () => {
    await signedIn('owner')
    const state = await action(IDLE, form({ ...typed, name: 'A' }))
    expect(state).toEqual({
      status: 'error',
      message: 'One thing is not right yet.',
      fields: { name: [en.errors.auth.nameEmpty] },
      values: { name: 'A' },
    })
    expect(run).not.toHaveBeenCalled()
  })

  it('hands the actor and the parsed input to the service', async () => {
    const actor = await signedIn('owner')
    expect(await action(IDLE, form(typed))).toEqual({ status: 'ok', data: 'done', notice: null })
    expect(run).toHaveBeenCalledWith(expect.objectContaining({ id: actor.id, role: 'owner' }), typed)
  })

  it('puts an expected error beside its field, in words', async () => {
    await signedIn('owner')
    run.mockRejectedValueOnce(new AppError('CONFLICT', 'domain.exists', { name: 'example.org' }, { field: 'name' }))
    expect(await action(IDLE, form(typed))).toMatchObject({
      status: 'error',
      message: 'example.org is here already.',
      fields: { name: ['example.org is here already.'] },
    })
  })

  it('tells nothing of an unexpected error but an id', async () => {
    await signedIn('owner')
    run.mockRejectedValueOnce(new Error('relation "secret_table" does not exist'))
    const state = await action(IDLE, form(typed))
    expect(state).toMatchObject({ status: 'error', fields: {} })
    expect(JSON.stringify(state)).not.toContain('secret')
    expect(JSON.stringify(state)).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/)
  })

  it('goes to the page that the service’s answer names', async () => {
    await signedIn('owner')
    const leading = formAction({ permission: 'setting:write', schema }, () => Promise.resolve({ to: '/settings' }))
    await expect(leading(IDLE, form(typed))).rejects.toEqual(redirected('/settings'))
  })
})

describe('openAction', () => {
  it('lets a stranger in, by the same rules of input', async () => {
    const action = openAction({ why: 'a test', schema }, (input) => Promise.resolve({ data: input.name }))
    expect(await action(IDLE, form(typed))).toMatchObject({ status: 'ok', data: 'Ada' })
    expect(await action(IDLE, form({ ...typed, name: '' }))).toMatchObject({ status: 'error' })
  })
})

describe('apiRoute', () => {
  const route = apiRoute({ permission: 'report:write' }, (actor) =>
    Promise.resolve(Response.json({ name: actor.name })),
  )
  const call = (init: RequestInit = {}) =>
    route(new Request('http://127.0.0.1:3000/api/x', init), { params: Promise.resolve({}) })
  const OURS = { origin: 'http://127.0.0.1:3000' }

  it('refuses a write that another site began, also with a good session', async () => {
    await signedIn('owner')
    for (const origin of ['http://evil.example', 'null', null]) {
      const answer = await call({ method: 'POST', headers: origin === null ? {} : { origin } })
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({ error: 'FORBIDDEN', key: 'auth.foreignOrigin' })
    }
    expect((await call({ method: 'POST', headers: OURS })).status).toBe(200)
  })

  it('answers 401 to a stranger and 403 to a role without the permission', async () => {
    expect((await call({ method: 'POST', headers: OURS })).status).toBe(401)
    await signedIn('reader')
    expect((await call({ method: 'POST', headers: OURS })).status).toBe(403)
  })

  it('carries the security headers, and an id alone for an unexpected error', async () => {
    await signedIn('owner')
    const failing = apiRoute({ permission: 'report:read' }, () => Promise.reject(new Error('inner words')))
    const answer = await failing(new Request('http://127.0.0.1:3000/api/x'), { params: Promise.resolve({}) })
    expect(answer.status).toBe(500)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.text()).not.toContain('inner')
  })
})
