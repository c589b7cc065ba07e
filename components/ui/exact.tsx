import { CopyButton } from '@/components/ui/copy'

/** Exact text with the button that copies it. */
export function Exact({ text, label, done, name }: { text: string; label: string; done: string; name: string }) {
  return (
    <div className="flex items-start justify-between gap-3">
      <pre className="min-w-0 font-mono text-[12.5px] leading-[19px] [overflow-wrap:anywhere] whitespace-pre-wrap">
        {text}
      </pre>
      <CopyButton text={text} label={label} done={done} name={name} />
    </div>
  )
}
