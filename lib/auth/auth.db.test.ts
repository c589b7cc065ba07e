import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/auth/actor'
import { hashPassword } from '@/lib/auth/password'
import { getSessionActor, getSetupLinkState, IDLE_SECONDS, listSessions } from '@/lib/auth/queries'
import { changePassword, revokeSession, signOut, signOutEverywhere } from '@/lib/auth/service'
import { completeSetup, createSetupLink } from '@/lib/auth/setup'
import { SESSION_SECONDS, signIn } from '@/lib/auth/sign-in'
import { testDb } from '@/lib/db/testing'

const db = testDb()
const PASSWORD = 'correct horse battery'
const visitor = { address: '198.51.100.7', userAgent: 'test' }
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

let passwordHash: string | undefined

beforeEach(async () => {
  passwordHash ??= await hashPassword(PASSWORD)
})

async function addAdmin(email = 'ada@home.test', role: 'owner' | 'reader' = 'owner'): Promise<string> {
  const { id } = await db.admin.create({
    data: { email, name: email, role, passwordHash: passwordHash ?? '' },
    select: { id: true },
  })
  return id
}

async function actorOf(email = 'ada@home.test'): Promise<Extract<Actor, { kind: 'admin' }>> {
  const { sessionId } = await signIn({ email, password: PASSWORD }, visitor)
  const actor = await getSessionActor(sessionId)
  if (actor?.kind !== 'admin') throw new Error('no session')
  return actor
}

describe('signing in', () => {
  it('opens a session that knows where it came from, whatever the case of the address', async () => {
    await addAdmin()
    const { sessionId } = await signIn({ email: ' ADA@home.test ', password: PASSWORD }, visitor)
    expect(await getSessionActor(sessionId)).toMatchObject({ kind: 'admin', role: 'owner', address: '198.51.100.7' })
  })

  it('says the same of a wrong password, an unknown account and a disabled one', async () => {
    const id = await addAdmin()
    const refused: unknown = expect.objectContaining({ code: 'UNAUTHENTICATED', messageKey: 'auth.signInFailed' })
    await expect(signIn({ email: 'ada@home.test', password: 'wrong' }, visitor)).rejects.toEqual(refused)
    await expect(signIn({ email: 'eve@home.test', password: PASSWORD }, visitor)).rejects.toEqual(refused)
    await db.admin.update({ where: { id }, data: { disabledAt: new Date() } })
    await expect(signIn({ email: 'ada@home.test', password: PASSWORD }, visitor)).rejects.toEqual(refused)
    await expect(signIn({ email: ['a'], password: 1 }, visitor)).rejects.toEqual(refused)
  })

  it('stops guesses at one account from any address, and does not count a success', async () => {
    await addAdmin()
    const guess = (number: number, password: string) =>
      signIn({ email: 'ada@home.test', password }, { ...visitor, address: `198.51.100.${number}` })
    for (let number = 0; number < 9; number += 1)
      await expect(guess(number, 'wrong')).rejects.toEqual(code('UNAUTHENTICATED'))
    await guess(20, PASSWORD)
    for (let number = 0; number < 10; number += 1)
      await expect(guess(number, 'wrong')).rejects.toEqual(code('UNAUTHENTICATED'))
    await expect(guess(30, PASSWORD)).rejects.toEqual(code('RATE_LIMITED'))
  })

  it('stops guesses from one address at any account', async () => {
    await addAdmin()
    const attempts = Array.from({ length: 50 }, (_item, number) =>
      signIn({ email: `nobody${number}@home.test`, password: 'wrong' }, visitor).catch((error: unknown) => error),
    )
    expect(await Promise.all(attempts)).toEqual(attempts.map(() => code('UNAUTHENTICATED')))
    await expect(signIn({ email: 'ada@home.test', password: PASSWORD }, visitor)).rejects.toEqual(code('RATE_LIMITED'))
    await signIn({ email: 'ada@home.test', password: PASSWORD }, { ...visitor, address: '198.51.100.8' })
  })

  it('keeps no person’s address in the table of attempts', async () => {
    await signIn({ email: 'ada@home.test', password: 'wrong' }, visitor).catch(() => undefined)
    const keys = (await db.rateLimit.findMany()).map((row) => row.key).join()
    expect(keys).not.toBe('')
    expect(keys).not.toMatch(/ada|198/)
  })
})

describe('a session', () => {
  it('that was revoked is refused', async () => {
    await addAdmin()
    const actor = await actorOf()
    await signOut(actor)
    expect(await getSessionActor(actor.sessionId)).toBeNull()
  })

  it('of a disabled account is refused', async () => {
    const id = await addAdmin()
    const actor = await actorOf()
    await db.admin.update({ where: { id }, data: { disabledAt: new Date() } })
    expect(await getSessionActor(actor.sessionId)).toBeNull()
  })

  it('ends after its time, and after a while without a request', async () => {
    await addAdmin()
    const { sessionId } = await actorOf()
    const after = (seconds: number) => () => new Date(Date.now() + seconds * 1000)
    expect(await getSessionActor(sessionId, after(IDLE_SECONDS + 1))).toBeNull()
    // Each visit counts anew, up to the end of its time.
    for (let day = 5; day < SESSION_SECONDS / 86_400; day += 5) {
      expect(await getSessionActor(sessionId, after(day * 86_400))).not.toBeNull()
    }
    expect(await getSessionActor(sessionId, after(SESSION_SECONDS + 1))).toBeNull()
  })

  it('is listed and revoked by its own account alone', async () => {
    await addAdmin()
    await addAdmin('bob@home.test', 'reader')
    const [ada, adaElsewhere, bob] = [await actorOf(), await actorOf(), await actorOf('bob@home.test')]
    expect((await listSessions(ada)).map((session) => session.isCurrent).sort()).toEqual([false, true])
    await expect(revokeSession(bob, { session: adaElsewhere.sessionId })).rejects.toEqual(code('NOT_FOUND'))
    await revokeSession(ada, { session: adaElsewhere.sessionId })
    expect(await getSessionActor(adaElsewhere.sessionId)).toBeNull()
    expect(await getSessionActor(ada.sessionId)).not.toBeNull()
  })

  it('ends with all others by signing out everywhere, and nobody else’s does', async () => {
    await addAdmin()
    await addAdmin('bob@home.test', 'reader')
    const [ada, adaElsewhere, bob] = [await actorOf(), await actorOf(), await actorOf('bob@home.test')]
    expect(await signOutEverywhere(ada)).toEqual({ ended: 2 })
    expect(await getSessionActor(ada.sessionId)).toBeNull()
    expect(await getSessionActor(adaElsewhere.sessionId)).toBeNull()
    expect(await getSessionActor(bob.sessionId)).not.toBeNull()
  })
})

describe('changing the password', () => {
  const input = { currentPassword: PASSWORD, password: 'another long one', passwordAgain: 'another long one' }

  it('needs the current one and changes nothing without it', async () => {
    await addAdmin()
    const actor = await actorOf()
    await expect(changePassword(actor, { ...input, currentPassword: 'wrong' })).rejects.toMatchObject({
      field: 'currentPassword',
    })
    await actorOf()
  })

  it('ends every other session and lets the new one in', async () => {
    await addAdmin()
    const [here, elsewhere] = [await actorOf(), await actorOf()]
    await changePassword(here, input)
    expect(await getSessionActor(here.sessionId)).not.toBeNull()
    expect(await getSessionActor(elsewhere.sessionId)).toBeNull()
    await expect(actorOf()).rejects.toEqual(code('UNAUTHENTICATED'))
    await signIn({ email: 'ada@home.test', password: input.password }, visitor)
    expect(JSON.stringify(await db.auditEntry.findMany({ select: { detail: true } }))).not.toContain('argon2')
  })
})

describe('the set-up link', () => {
  const tokenOf = async (): Promise<string> =>
    new URL((await createSetupLink())?.url ?? '').searchParams.get('token') ?? ''
  const setup = (token: string, email = 'ada@home.test') =>
    completeSetup({ token, name: 'Ada', email, password: PASSWORD, passwordAgain: PASSWORD }, visitor)

  it('makes the owner and signs in, once', async () => {
    const token = await tokenOf()
    expect(await getSetupLinkState(token)).toBe('open')
    const { sessionId } = await setup(token)
    expect(await getSessionActor(sessionId)).toMatchObject({ role: 'owner', name: 'Ada' })
    expect(await getSetupLinkState(token)).toBe('used')
    await expect(setup(token, 'eve@home.test')).rejects.toEqual(code('CONFLICT'))
    expect(await db.admin.count()).toBe(1)
    expect(await createSetupLink()).toBeNull()
  })

  it('makes one owner for two who use it at the same moment', async () => {
    const token = await tokenOf()
    const results = await Promise.allSettled([setup(token), setup(token, 'eve@home.test')])
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await db.admin.count()).toBe(1)
  })

  it('is withdrawn by the next one, and expires', async () => {
    const first = await tokenOf()
    const second = await tokenOf()
    expect(await getSetupLinkState(first)).toBe('unknown')
    await expect(setup(first)).rejects.toEqual(code('CONFLICT'))
    const later = (): Date => new Date(Date.now() + 8 * 86_400_000)
    expect(await getSetupLinkState(second, later)).toBe('expired')
    await expect(
      completeSetup(
        { token: second, name: 'Ada', email: 'a@b.test', password: PASSWORD, passwordAgain: PASSWORD },
        visitor,
        later,
      ),
    ).rejects.toEqual(code('CONFLICT'))
  })

  it('is kept as a digest alone', async () => {
    const token = await tokenOf()
    expect(JSON.stringify(await db.oneTimeLink.findMany())).not.toContain(token)
  })
})
