import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTranslator } from 'next-intl'
import { describe, expect, it } from 'vitest'
import { KEY_REFUSALS } from '@/lib/dkim/key-pair'
import { REPORT_REASONS } from '@/lib/dmarc/reasons'
import { TRUST_REASONS } from '@/lib/dmarc/trust/verdict'
import { MAILBOX_PROBLEMS } from '@/lib/report-mailboxes/problems'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

const root = new URL('../../', import.meta.url).pathname

interface Tree {
  [key: string]: string | Tree
}

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') all.set(prefix + key, value)
    else for (const [name, text] of flatten(value, `${prefix}${key}.`)) all.set(name, text)
  }
  return all
}

const english = flatten(en)
const french = flatten(fr)

function sources(folder: string): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) && !path.startsWith('db/generated'))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(root, folder, path), 'utf8') }))
}

/** Names in braces of an ICU text, at any depth. */
function argumentsOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\s*([a-zA-Z]+)\s*[,}]/g)].map((match) => match[1] ?? ''))].sort()
}

describe('messages', () => {
  it('have each key in both languages', () => {
    expect([...french.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('hold no empty sentence', () => {
    for (const texts of [english, french]) {
      expect([...texts].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([])
    }
  })

  it('fill in the same values in both languages', () => {
    const differing = [...english.keys()].filter((key) => {
      // Words of a plural's branches are no arguments.
      const names = (text: string): string[] => argumentsOf(text).filter((name) => !/^(?:one|other|many)$/.test(name))
      const [one, other] = [names(english.get(key) ?? ''), names(french.get(key) ?? '')]
      const isBranch = (name: string): boolean => /^[A-Z]/.test(name)
      return one.filter((name) => !isBranch(name)).join() !== other.filter((name) => !isBranch(name)).join()
    })
    expect(differing).toEqual([])
  })

  it('can all be read as ICU texts', () => {
    for (const [locale, messages] of [
      ['en', en],
      ['fr', fr],
    ] as const) {
      const errors: string[] = []
      const translate = createTranslator({
        locale,
        messages,
        onError: (error) => {
          // Values are missing here on purpose; only a text that cannot be parsed counts.
          if (/MALFORMED|INVALID_MESSAGE/.test(error.message)) errors.push(error.message)
        },
        getMessageFallback: ({ key }) => key,
      })
      for (const key of english.keys()) translate.raw(key as never)
      for (const key of english.keys()) void translate.rich(key as never, { at: () => '' } as never)
      expect(errors).toEqual([])
    }
  })
})

describe('what the code asks for', () => {
  it('finds the sentence of every expected error', () => {
    const missing = ['lib', 'app', 'agent', 'cli', 'worker']
      .flatMap((folder) => {
        try {
          return sources(folder)
        } catch {
          return []
        }
      })
      .flatMap(({ path, text }) =>
        [...text.matchAll(/new AppError\(\s*'[A-Z_]+',\s*(?:[\w.]+ \? )?'([a-zA-Z][\w.-]*)'(?:\s*:\s*'([\w.-]+)')?/g)]
          .flatMap((match) => [match[1], match[2]])
          .filter((key): key is string => key !== undefined && !english.has(`errors.${key}`))
          .map((key) => `${path}: ${key}`),
      )
    expect(missing).toEqual([])
  })

  it('finds the sentence of every message of an input schema', () => {
    const missing = sources('lib')
      .filter(
        ({ path }) => path.endsWith('schema.ts') || path.includes('address.ts') || path.endsWith('domains/name.ts'),
      )
      .flatMap(({ path, text }) =>
        [
          ...text.matchAll(
            /'((?:address|alias|auth|dkim|dns|domain|field|mailbox|node|password|probe|report|settings|test)\.[a-zA-Z]+)'/g,
          ),
        ]
          .map((match) => match[1] ?? '')
          .filter((key) => !english.has(`errors.${key}`))
          .map((key) => `${path}: ${key}`),
      )
    expect(missing).toEqual([])
  })

  it('finds every sentence that a page names in full', () => {
    const missing = [...sources('app'), ...sources('components')].flatMap(({ path, text }) => {
      const spaces = new Map(
        [...text.matchAll(/getTranslations\('([\w.]+)'\)/g)].map((match) => [match[1] ?? '', match.index] as const),
      )
      if (spaces.size === 0) return []
      return [...text.matchAll(/\bt(?:[A-Z]\w*)?(?:\.rich)?\('([\w.-]+)'/g)]
        .map((match) => match[1] ?? '')
        .filter((key) => ![...spaces.keys()].some((space) => english.has(`${space}.${key}`)))
        .map((key) => `${path}: ${key}`)
    })
    expect(missing).toEqual([])
  })

  it('finds the words of everything that is audited', () => {
    const named = ['lib', 'worker', 'cli']
      .flatMap(sources)
      .flatMap(({ text }) =>
        [...text.matchAll(/(?:action: |key,\s*)'([a-z-]+:[a-z-]+)'/g)].map((match) => match[1] ?? ''),
      )
    expect(named).toContain('dkim-key:revoke')
    expect(named.filter((action) => !english.has(`actions.${action}`))).toEqual([])
  })

  it('finds the name of each part of the installation that acts by itself', () => {
    const named = ['lib', 'worker', 'cli']
      .flatMap(sources)
      .flatMap(({ text }) => [...text.matchAll(/systemActor\('([^']+)'\)/g)].map((match) => match[1] ?? ''))
    expect(named).toContain('worker')
    expect(named.filter((name) => !english.has(`actors.${name}`))).toEqual([])
  })

  it('has a sentence for each reason why a key is refused', () => {
    expect(KEY_REFUSALS.filter((code) => !english.has(`errors.${code}`))).toEqual([])
  })

  it('has a sentence for each reason why the mail of a report is unverified, and why a mailbox is not watched', () => {
    expect(TRUST_REASONS.filter((reason) => !english.has(`reportTrust.reasons.${reason}`))).toEqual([])
    expect(MAILBOX_PROBLEMS.filter((code) => !english.has(`reportMailboxes.problems.${code}`))).toEqual([])
  })

  it('has a sentence for each reason why a report is refused', () => {
    expect(Object.keys(REPORT_REASONS).filter((reason) => !english.has(`reports.reasons.${reason}`))).toEqual([])
  })
})
