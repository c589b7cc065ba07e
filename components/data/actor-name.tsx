import { getTranslations } from 'next-intl/server'

/** Who did something: a person's name as it is, a part of Posthouse itself in the reader's language. */
export async function ActorName({ name }: { name: string }) {
  const t = await getTranslations('actors')
  return t.has(name) ? t(name) : name
}
