import { getTranslations } from 'next-intl/server'
import { markDifference } from '@/components/data/mark-difference'
import { CopyButton } from '@/components/ui/copy'

/**
 * Found / expected / do this, side by side: the parts of the expected text that were not found are marked. `copy` is
 * exactly what belongs into the field elsewhere.
 */
export async function FoundExpectedDo({
  found,
  expected,
  advice,
  isSame = false,
  copy,
  name = '',
}: {
  found: string
  expected: string
  advice: React.ReactNode
  isSame?: boolean
  copy?: string
  name?: string
}) {
  const t = await getTranslations('check')
  const parts = isSame || expected === '' ? null : markDifference(found, expected)
  const record = 'exact whitespace-pre-wrap wrap-anywhere'
  return (
    <dl className="mt-1 grid grid-cols-1 gap-x-3 gap-y-0.5 sm:grid-cols-[84px_1fr_auto]">
      {isSame && found === '' ? null : (
        <>
          <dt className="text-muted text-sm">{t('found')}</dt>
          <dd className={`sm:col-span-2 ${found === '' ? 'text-muted' : record}`}>
            {found === '' ? t('nothing') : found}
          </dd>
        </>
      )}
      {parts ? (
        <>
          <dt className="text-muted text-sm">{t('expected')}</dt>
          <dd className={record}>
            {parts.map((part, index) =>
              part.isNew ? (
                <mark key={index} className="bg-add rounded-sm px-0.5 text-inherit">
                  {part.text}
                </mark>
              ) : (
                <span key={index}>{part.text}</span>
              ),
            )}
          </dd>
          <dd className="justify-self-start">
            {copy === undefined ? null : <CopyButton text={copy} label={t('copy')} done={t('copied')} name={name} />}
          </dd>
        </>
      ) : null}
      <dt className="text-muted text-sm">{isSame ? t('means') : t('do')}</dt>
      <dd className="sm:col-span-2">{advice}</dd>
    </dl>
  )
}
