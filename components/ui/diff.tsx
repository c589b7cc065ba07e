export interface DiffLine {
  kind: 'add' | 'remove' | 'heading'
  text: string
}

const LOOK = { add: 'bg-add', remove: 'bg-del', heading: 'text-faint' } as const
const SIGN = { add: '+ ', remove: '- ', heading: '' } as const

/** The difference of maps, line by line; the sign says what the colour says. */
export function Diff({ lines, label }: { lines: DiffLine[]; label: string }) {
  return (
    <div
      className="overflow-x-auto py-2 font-mono text-[12.5px] leading-5 focus-visible:outline-offset-[-2px]"
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <div className="w-max min-w-full">
        {lines.map((line, index) => (
          <div key={index} className={`px-4 whitespace-pre ${LOOK[line.kind]}`}>
            {SIGN[line.kind]}
            {line.text}
          </div>
        ))}
      </div>
    </div>
  )
}
