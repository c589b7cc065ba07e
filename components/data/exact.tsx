import { getTranslations } from 'next-intl/server'
import { CopyButton } from '@/components/ui/copy'

/** Exact text with the button that copies it; `name` says what it is. */
export async function Exact({ text, name }: { text: string; name: string }) {
  const t = await getTranslations('check')
  return (
    <div className="flex flex-col items-start gap-x-3 gap-y-2 sm:flex-row sm:justify-between">
      <pre className="exact min-w-0 wrap-anywhere whitespace-pre-wrap">{text}</pre>
      <CopyButton text={text} label={t('copy')} done={t('copied')} name={name} />
    </div>
  )
}
