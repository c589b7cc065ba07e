/** The five levels of everything that has a state. The worst of a page colours its first line. */
export const LEVELS = ['ok', 'unknown', 'waiting', 'attention', 'broken'] as const
export type Level = (typeof LEVELS)[number]

export function worstLevel(levels: readonly Level[]): Level {
  return levels.reduce<Level>((worst, level) => (LEVELS.indexOf(level) > LEVELS.indexOf(worst) ? level : worst), 'ok')
}
