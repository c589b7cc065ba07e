import { getFormatter, getTranslations } from 'next-intl/server'

const STEP = 1024

/** Writes sizes in the unit that keeps them short, with one digit after the point at most, as the reader's language does. */
export async function byteFormatter(): Promise<(bytes: bigint | number) => string> {
  const [t, format] = await Promise.all([getTranslations('units'), getFormatter()])
  const units = t('bytes').split(' ')
  return (bytes) => {
    let value = Number(bytes) / STEP / STEP
    let unit = 0
    while (value >= STEP && unit < units.length - 1) {
      value /= STEP
      unit += 1
    }
    return `${format.number(value, { maximumFractionDigits: 1 })} ${units[unit]}`
  }
}

/** Writes a quota: a size, or that there is no limit. */
export async function quotaFormatter(): Promise<(bytes: bigint) => string> {
  const [t, format] = await Promise.all([getTranslations('units'), byteFormatter()])
  return (bytes) => (bytes === 0n ? t('noLimit') : format(bytes))
}
