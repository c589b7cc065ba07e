/** The longest words of a program that travel to the panel. */
const MOST_CHARACTERS = 2_000

/**
 * What cannot be taken, in words: those of the program that refused, bounded. A domain whose change ends in one keeps
 * its last good state; every other error is a fault of the agent or of the machine.
 */
export class Refusal extends Error {
  constructor(words: string, options?: { cause?: unknown }) {
    super(boundWords(words), options)
    this.name = 'Refusal'
  }
}

/** Printable and at most 2,000 characters: what a program said, fit for an answer. */
export function boundWords(words: string): string {
  const clean = words.replace(/[^\P{Cc}\n]/gu, ' ').trim()
  return clean.length <= MOST_CHARACTERS ? clean : `${clean.slice(0, MOST_CHARACTERS - 2)} …`
}
