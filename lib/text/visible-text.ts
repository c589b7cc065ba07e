/** Characters that are not seen but change how others are: controls, directions, joiners, ends of lines, private ones. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu

/**
 * Text of a stranger so that nothing of it hides: white space of any kind is a space, each unseen character stands as its
 * code, `‹U+202E›`.
 */
export function visibleText(text: string): string {
  return text
    .replace(/[\t\r\n]+/g, ' ')
    .replace(UNSEEN, (character) => `‹U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}›`)
}
