import { describe, expect, it } from 'vitest'
import { REPORT_REASONS } from '@/lib/dmarc/reasons'
import en from '@/messages/en.json'
import fr from '@/messages/fr.json'

describe('the reason a report was not taken', () => {
  it.each([
    ['en', en],
    ['fr', fr],
  ])('has a sentence in %s for each code, and none for others', (_language, messages) => {
    expect(Object.keys(messages.reports.reasons).sort()).toEqual(Object.keys(REPORT_REASONS).sort())
  })

  it('is the same sentence in the panel and on the command line', () => {
    expect(en.reports.reasons).toEqual(REPORT_REASONS)
  })
})
