import fc from 'fast-check'
import { expect, test } from 'vitest'
import { progressOf } from '@/lib/dns/rrset-progress'

const edit = { before: ['theirs', 'old'], remove: ['old'], add: ['new'] }

test.each([
  ['nothing was done', ['old', 'theirs'], 'before', []],
  ['all was done', ['new', 'theirs'], 'done', []],
  ['only the new came', ['old', 'new', 'theirs'], 'part', []],
  ['only the old went', ['theirs'], 'part', []],
  ['all was done and somebody added theirs', ['new', 'theirs', 'more'], 'done', []],
  ['all was done and theirs is gone', ['new'], 'done', ['theirs']],
  ['somebody added theirs before', ['old', 'theirs', 'more'], 'foreign', []],
  ['somebody took theirs away before', ['old'], 'foreign', ['theirs']],
])('tells that %s', (_what, now, state, lost) => {
  expect(progressOf(edit, now)).toMatchObject({ state, lost })
})

test('an edit carried out is done, whatever it was', () => {
  const values = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'))
  fc.assert(
    fc.property(values, values, values, (before, gone, come) => {
      const remove = before.filter((value) => gone.includes(value))
      const add = come.filter((value) => !before.includes(value))
      const after = [...before.filter((value) => !remove.includes(value)), ...add]
      expect(progressOf({ before, remove, add }, after)).toEqual({ state: 'done', lost: [], remove: [], add: [] })
    }),
  )
})
