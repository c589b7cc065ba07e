export interface DiffLine {
  kind: 'add' | 'remove' | 'same' | 'heading'
  text: string
}

const LOOK = { add: 'bg-add', remove: 'bg-del', same: 'text-muted', heading: 'text-faint' } as const
const SIGN = { add: '+ ', remove: '- ', same: '\u00a0 ', heading: '' } as const

/** The difference of maps, line by line; the sign says what the colour says. A long line goes on indented. */
export function Diff({ lines }: { lines: DiffLine[] }) {
  return (
    <div className="exact py-2 wrap-anywhere whitespace-pre-wrap">
      {lines.map((line, index) => (
        <div key={index} className={`pr-4 pl-8 -indent-4 ${LOOK[line.kind]}`}>
          {SIGN[line.kind]}
          {line.text}
        </div>
      ))}
    </div>
  )
}
