/** What may stand in a placeholder: one line of printable ASCII; a list becomes one line each, indented as the placeholder. */
export type TemplateValues = Readonly<Record<string, string | readonly string[]>>

const PLACEHOLDER = /\{\{([a-zA-Z0-9]+)\}\}/g

function checked(name: string, value: string): string {
  if (!/^[\x20-\x7e]*$/.test(value)) throw new Error(`unsafe value for ${name}: ${JSON.stringify(value)}`)
  return value
}

/**
 * Puts values into `{{name}}`. A list needs a line of its own and becomes as many lines (none: the line goes). Throws
 * where a placeholder has no value, or a value holds anything but printable ASCII: it could start a line of its own.
 */
export function fillTemplate(text: string, values: TemplateValues): string {
  const lines = text.split('\n').flatMap((line) => {
    const alone = /^(\s*)\{\{([a-zA-Z0-9]+)\}\}$/.exec(line)
    const list = alone?.[2] === undefined ? undefined : values[alone[2]]
    if (Array.isArray(list)) return list.map((item: string) => `${alone?.[1] ?? ''}${checked(alone?.[2] ?? '', item)}`)
    return [
      line.replace(PLACEHOLDER, (_, name: string) => {
        const value = values[name]
        if (typeof value !== 'string') throw new Error(`no value for the placeholder ${name}`)
        return checked(name, value)
      }),
    ]
  })
  return lines.join('\n')
}
