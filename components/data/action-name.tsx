import { getTranslations } from 'next-intl/server'

/** What was done, in words; an action that nobody named yet shows its code. With what it was done to. */
export async function ActionName({ action, subject }: { action: string; subject: string }) {
  const t = await getTranslations('actions')
  return (
    <>
      {t.has(action) ? t(action) : action} <span className="exact wrap-anywhere">{subject}</span>
    </>
  )
}
