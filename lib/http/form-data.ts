/**
 * What a form sent as a plain object for a schema. A name that ends in `[]` gives a list (empty items left out) under the
 * name without it; other names give their last text. Files and the framework's own fields are left out.
 */
export function readForm(form: FormData): Record<string, string | string[]> {
  const input: Record<string, string | string[]> = {}
  for (const [name, value] of form) {
    if (typeof value !== 'string' || name.startsWith('$ACTION')) continue
    if (name.endsWith('[]')) {
      const key = name.slice(0, -2)
      const list = input[key]
      const items = Array.isArray(list) ? list : []
      input[key] = value === '' ? items : [...items, value]
    } else input[name] = value
  }
  return input
}

/** The same without what must never travel back to the browser. */
export function withoutSecrets(input: Record<string, string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !/password|token|secret|credential/i.test(name)))
}
