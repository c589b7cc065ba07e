import { getTranslations } from 'next-intl/server'
import type { Choices } from '@/app/(panel)/domains/[domain]/dns/by-hand/choices'
import { SelectField } from '@/components/form/field'
import { buttonClass } from '@/components/ui/button-class'
import { HOST_STYLES, NAME_STYLES, PART_STYLES, TEXT_STYLES } from '@/lib/dns/by-hand/generic'

/** The habits of a host's form, chosen by a plain GET. */
export async function StyleForm({ path, choices, zone }: { path: string; choices: Choices; zone: string }) {
  const t = await getTranslations('byHand')
  const { style } = choices
  const options = (kind: string, values: readonly string[]) =>
    values.map((value) => ({ value, label: t(`styles.${kind}.${value}`) }))
  return (
    <form action={path} className="mt-3 grid grid-cols-1 gap-3 sm:grid-cols-2">
      <input type="hidden" name="at" value="generic" />
      <input type="hidden" name="zone" value={zone} />
      {choices.isAll ? <input type="hidden" name="all" value="1" /> : null}
      <SelectField
        name="name"
        label={t('style.name')}
        options={options('name', NAME_STYLES)}
        defaultValue={style.name}
      />
      <SelectField
        name="text"
        label={t('style.text')}
        options={options('text', TEXT_STYLES)}
        defaultValue={style.text}
      />
      <SelectField
        name="dot"
        label={t('style.host')}
        options={options('host', HOST_STYLES)}
        defaultValue={style.host}
      />
      <SelectField
        name="parts"
        label={t('style.parts')}
        options={options('parts', PART_STYLES)}
        defaultValue={style.parts}
      />
      <div>
        <button type="submit" className={buttonClass('plain')}>
          {t('show')}
        </button>
      </div>
    </form>
  )
}
