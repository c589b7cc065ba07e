/** A line that tells what a change did. Sentences are ready to show. */
export interface Notice {
  level: 'ok' | 'waiting' | 'broken'
  /** The badge's word. */
  word: string
  text: string
  link?: { href: string; label: string }
}

/** What an action made that is shown once and stored nowhere, with its sentences and the way on. */
export interface OnceSecret {
  title: string
  help: string
  value: string
  copy: string
  copied: string
  next: { href: string; label: string }
}

/** What a form knows after it was sent. `values` is what was typed, without passwords. */
export type ActionState<T = undefined> =
  | { status: 'idle' }
  | { status: 'ok'; data: T; notice: Notice | null }
  | { status: 'error'; message: string; fields: Record<string, string[]>; values: Record<string, string | string[]> }

/** The function that a form's `action` calls. */
export type FormAction<T> = (state: ActionState<T>, form: FormData) => Promise<ActionState<T>>
