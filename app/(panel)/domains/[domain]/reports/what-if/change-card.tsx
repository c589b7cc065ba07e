import { getTranslations } from 'next-intl/server'
import { changeDmarcPolicyAction } from '@/app/(panel)/domains/[domain]/reports/what-if/actions'
import { ActionForm } from '@/components/form/action-form'
import { SubmitButton } from '@/components/form/submit'
import { Card, CardBody } from '@/components/ui/card'
import { Diff } from '@/components/ui/diff'
import type { Proposal, Verdict } from '@/lib/dmarc/sources/what-if'
import { defaultReportUri, formatDmarcRecord } from '@/lib/dns/dmarc-record'
import type { DnsPolicy } from '@/lib/dns/policy'

interface Props {
  domain: { name: string; revision: number; policy: DnsPolicy }
  proposal: Proposal
  verdict: Verdict
}

/** The record as it would become, and the button that makes it the domain's policy and shows the plan. */
export async function ChangeCard({ domain: { name, revision, policy }, proposal, verdict }: Props) {
  const t = await getTranslations('whatIf')
  const record = (dmarc: DnsPolicy['dmarc']) => formatDmarcRecord(dmarc, [defaultReportUri(name)])
  const [today, then] = [record(policy.dmarc), record({ ...policy.dmarc, ...proposal })]
  if (today === then)
    return (
      <Card title={t('change')}>
        <CardBody>
          <p className="text-muted">{t('isToday')}</p>
        </CardBody>
      </Card>
    )
  const { p, sp, np, adkim, aspf } = proposal
  return (
    <Card title={t('change')} aside={`_dmarc.${name}`}>
      <Diff
        lines={[
          { kind: 'remove', text: today },
          { kind: 'add', text: then },
        ]}
      />
      <CardBody>
        <p className="text-muted mb-3 max-w-prose">
          {t(`changeText.${verdict}`)} {policy.dmarc.t ? t('isTest') : ''}
        </p>
        <ActionForm
          action={changeDmarcPolicyAction}
          hidden={{ domain: name, revision, p, sp: sp ?? '', np: np ?? '', adkim, aspf }}
        >
          <div>
            <SubmitButton variant={verdict === 'safe' ? 'primary' : 'plain'} busy={t('changing')}>
              {t('changeButton')}
            </SubmitButton>
          </div>
        </ActionForm>
      </CardBody>
    </Card>
  )
}
