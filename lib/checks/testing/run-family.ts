import { createTranslator } from 'next-intl'
import { expect } from 'vitest'
import type { CheckFamily, CheckResult } from '@/lib/checks/check'
import type { CheckWorld } from '@/lib/checks/world'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

/** The sentences of results in both languages; throws where one is missing or lacks a value. */
export function speak(results: readonly CheckResult[]): string[] {
  return Object.entries({ en, fr }).flatMap(([locale, messages]) => {
    const onError = (error: Error): void => {
      throw error
    }
    const translate = createTranslator({ locale, messages, onError }) as (key: string, values: object) => string
    return results.map(({ check, subject, found, expected, values }) => {
      const lists = { found: found.join(', '), expected: expected.join(', ') }
      const all = { name: 'example.test', subject: subject || 'example.test', ...lists, ...values }
      const words = (part: string) => translate(`checks.${check}.${part}`, all)
      return `${locale} ${words('title')}. ${words('consequence')} ${words('next')}`
    })
  })
}

/**
 * Runs a family over a world of a test, and holds it to what every family promises: a result of each of its checks, none of
 * others, each subject once, and words for all of them. Gives the results as `check subject level state`, sorted; those
 * of level `none` are left out.
 */
export async function runFamily<Facts>(
  family: CheckFamily<Facts>,
  world: CheckWorld,
  facts: Facts,
): Promise<{ lines: string[]; results: CheckResult[] }> {
  const results = await family.run(world, facts)
  expect([...new Set(results.map(({ check }) => check))].sort()).toEqual([...family.checks].sort())
  const keys = results.map(({ check, subject }) => `${check} ${subject}`)
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
  speak(results)
  const lines = results
    .filter(({ level }) => level !== 'none')
    .map(({ check, subject, level, values }) => [check, subject, level, values.state].filter(Boolean).join(' '))
  return { lines: lines.sort(), results }
}
