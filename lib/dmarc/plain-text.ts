/** Characters that steer instead of being read: controls, joiners, marks of direction, ends of lines and paragraphs. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu

/** Words that somebody else chose, on one line: nothing in them steers what stands around them, and they end after `most` characters. */
export function plainText(text: string, most: number): string {
  const characters = [...text.toWellFormed().replace(STEERING, ' ').replace(/\s+/g, ' ').trim()]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('')
}
