/** Runs once before the panel's first request: the settings are checked, and each request gets its peer's true address. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const [{ env }, { notePeerAddresses }] = await Promise.all([import('@/lib/env'), import('@/lib/http/peer')])
  env()
  notePeerAddresses()
}
