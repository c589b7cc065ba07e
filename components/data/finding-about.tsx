import { getTranslations } from 'next-intl/server'
import { subjectBeside, type ListedFinding } from '@/lib/checks/listed'
import { toUnicode } from '@/lib/domains/unicode'

/** What a finding is about within its domain or node: the other name that was looked at, and the name or address; nothing where it is the whole. */
export async function FindingAbout({ finding }: { finding: ListedFinding }) {
  const subject = subjectBeside(finding)
  if (finding.alias === '' && subject === '') return null
  const t = await getTranslations('findings')
  return (
    <span className="text-muted min-w-0 wrap-anywhere">
      {finding.alias === '' ? null : (
        <>
          {t('otherName')} <span className="exact">{toUnicode(finding.alias)}</span>
        </>
      )}
      {finding.alias !== '' && subject !== '' ? ' · ' : null}
      {subject === '' ? null : <span className="exact">{subject}</span>}
    </span>
  )
}
