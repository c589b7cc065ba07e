import Link from 'next/link'
import { getTranslations } from 'next-intl/server'
import { withQuery } from '@/components/data/paths'
import { CheckboxField, SelectField } from '@/components/form/field'
import { buttonClass } from '@/components/ui/button-class'
import { Card, CardBody } from '@/components/ui/card'
import { PERIODS } from '@/lib/dmarc/period'
import type { ReportQuery } from '@/lib/dmarc/report-filter'
import { visibleText } from '@/lib/text/visible-text'

/** The query of a domain's reports: the filter, and whether the time before is set beside it. */
export type ReportsQuery = ReportQuery & { compare?: string }

interface Props {
  path: string
  query: ReportsQuery
  /** Domains of From lines that there are to choose from; null where the page has no such choice. */
  headerFroms: readonly string[] | null
}

/** What the page looks at; everything stands in its address. */
export async function ReportFilters({ path, query, headerFroms }: Props) {
  const t = await getTranslations('domainReports')
  const { days = '30', from, reporter } = query
  const froms = [...new Set([...(from === undefined ? [] : [from]), ...(headerFroms ?? [])])]
  return (
    <Card>
      <CardBody>
        <form action={path} aria-label={t('filter')} className="flex flex-wrap items-end gap-x-5 gap-y-3">
          <div className="w-44">
            <SelectField
              name="days"
              label={t('time')}
              options={PERIODS.map((value) => ({ value: String(value), label: t('lastDays', { days: value }) }))}
              defaultValue={days}
            />
          </div>
          {headerFroms === null || (froms.length < 2 && from === undefined) ? null : (
            <div className="w-60 max-w-full">
              <SelectField
                name="from"
                label={t('headerFrom')}
                options={[
                  { value: '', label: t('allFroms') },
                  ...froms.map((value) => ({ value, label: visibleText(value) || t('unsaid') })),
                ].filter(({ value }, at) => at === 0 || value !== '')}
                defaultValue={from ?? ''}
              />
            </div>
          )}
          <div className="flex flex-wrap gap-x-5 gap-y-1.5 py-1.5">
            <CheckboxField
              name="failures"
              label={t('onlyFailures')}
              value="1"
              defaultChecked={query.failures === '1'}
            />
            <CheckboxField
              name="verified"
              label={t('withoutUnverified')}
              value="1"
              defaultChecked={query.verified === '1'}
            />
            {headerFroms === null ? null : (
              <CheckboxField name="compare" label={t('compare')} value="1" defaultChecked={query.compare === '1'} />
            )}
          </div>
          {reporter === undefined ? null : <input type="hidden" name="reporter" value={reporter} />}
          <button type="submit" className={buttonClass('plain')}>
            {t('show')}
          </button>
        </form>
        {reporter === undefined ? null : (
          <p className="mt-3 text-sm wrap-anywhere">
            {t('onlyReporter', { reporter: visibleText(reporter) })}{' '}
            <Link prefetch={false} href={withQuery(path, { ...query, reporter: null })}>
              {t('allReporters')}
            </Link>
          </p>
        )}
      </CardBody>
    </Card>
  )
}
