import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../../app/tokens.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
)

function colour(name: string, theme: 'light' | 'dark'): string {
  const token = tokens.get(name)
  if (!token) throw new Error(`no token ${name}`)
  return token[theme]
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

const GROUNDS = ['bg', 'panel', 'sunken'] as const
const STATES = ['ok', 'attention', 'broken', 'waiting', 'unknown'] as const

const texts: [string, string][] = [
  ...['text', 'muted', 'faint', 'accent', 'broken'].flatMap((text) =>
    GROUNDS.map((ground) => [text, ground] as [string, string]),
  ),
  ...STATES.map((state) => [state, `${state}-soft`] as [string, string]),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['text', 'add'],
  ['text', 'del'],
  ['faint', 'panel'],
]

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  it.each(texts)('%s is readable on %s', (text, ground) => {
    expect(contrast(colour(text, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5)
  })

  it.each(GROUNDS)('the border of an input can be told from %s', (ground) => {
    expect(contrast(colour('control', theme), colour(ground, theme))).toBeGreaterThanOrEqual(3)
  })
})
