/** Header fields of a message as a server wrote them, under `label`; nothing where it wrote none. */
export function HeaderLines({ label, lines }: { label: string; lines: string[] }) {
  if (lines.length === 0) return null
  return (
    <div className="px-4 pt-2 pb-3">
      <p className="text-muted mb-1 text-sm">{label}</p>
      <pre className="exact wrap-anywhere whitespace-pre-wrap">{lines.join('\n')}</pre>
    </div>
  )
}
