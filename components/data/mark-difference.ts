export interface TextPart {
  text: string
  isNew: boolean
}

/** The expected text in pieces (words, and the white space between); `isNew` are the words that were not found. */
export function markDifference(found: string, expected: string): TextPart[] {
  const have = new Map<string, number>()
  for (const word of found.split(/\s+/)) have.set(word, (have.get(word) ?? 0) + 1)
  const parts: TextPart[] = []
  for (const piece of expected.split(/(\s+)/).filter((text) => text !== '')) {
    const left = have.get(piece) ?? 0
    const isNew = !/^\s/.test(piece) && left === 0
    if (left > 0) have.set(piece, left - 1)
    const last = parts.at(-1)
    if (last?.isNew === isNew) last.text += piece
    else parts.push({ text: piece, isNew })
  }
  // Blanks between two new words belong to them.
  return parts.reduce<TextPart[]>((joined, part, index) => {
    const last = joined.at(-1)
    const isBridge = !part.isNew && part.text.trim() === '' && parts[index + 1]?.isNew === true && last?.isNew === true
    if (last?.isNew && (part.isNew || isBridge)) last.text += part.text
    else joined.push({ ...part })
    return joined
  }, [])
}
