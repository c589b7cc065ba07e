export interface Step {
  title: string
  note: string
  state: 'done' | 'now' | 'later' | 'failed'
  /** The state's word for who does not see the colour. */
  word: string
}

const BAR = { done: 'bg-ok', now: 'bg-waiting', later: 'bg-line-strong', failed: 'bg-broken' } as const

/** Where a longer work stands. */
export function Steps({ steps }: { steps: Step[] }) {
  return (
    <ol className="wide:auto-cols-fr wide:grid-flow-col wide:grid-cols-none grid grid-cols-1 gap-3 px-4 py-3.5">
      {steps.map((step) => (
        <li key={step.title} aria-current={step.state === 'now' ? 'step' : undefined}>
          <div className={`mb-2 h-[3px] rounded-full ${BAR[step.state]}`} />
          <b className="font-semibold">{step.title}</b>
          <span className="sr-only"> {step.word}</span>
          <div className="text-muted text-sm wrap-anywhere">{step.note}</div>
        </li>
      ))}
    </ol>
  )
}
