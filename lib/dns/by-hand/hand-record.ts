import { isInside, type DnsRecordData } from '@/lib/dns/record'

/** A record that somebody types in, and the zone in whose form it is typed. */
export interface HandRecord extends DnsRecordData {
  zone: string
}

/** One field of a form: text to be copied into it, or something to choose (`value` is the choice's own word here). */
export interface Field {
  label: string
  value: string
  isChoice: boolean
}

/** A form as it is to be filled in; fields that stay empty are left out. `entry` is the type chosen first. */
export interface FilledForm {
  entry: string
  fields: Field[]
}

export const text = (label: string, value: string): Field => ({ label, value, isChoice: false })
export const choice = (label: string, value: string): Field => ({ label, value, isChoice: true })

/** The name relative to its zone, empty for the zone itself. Throws where it is not in it. */
export function relativeTo({ name, zone }: Pick<HandRecord, 'name' | 'zone'>): string {
  if (!isInside(name, zone)) throw new Error(`${name} is not in ${zone}`)
  return name === zone ? '' : name.slice(0, -zone.length - 1)
}

/** The parts of RDATA that forms ask for one by one, by the names of the standards; null for types of one part. */
export function partsOf({ type, value }: Pick<HandRecord, 'type' | 'value'>): Record<string, string> | null {
  const [a = '', b = '', c = '', d = ''] = value.split(' ')
  switch (type) {
    case 'MX':
      return { priority: a, target: b }
    case 'SRV':
      return { priority: a, weight: b, port: c, target: d }
    case 'CAA':
      return { flags: a, tag: b, value: value.slice(a.length + b.length + 2).replace(/^"(.*)"$/, '$1') }
    case 'TLSA':
      return { usage: a, selector: b, matchingType: c, certificateData: d }
    case 'A':
    case 'AAAA':
    case 'CNAME':
    case 'TXT':
      return null
  }
}
