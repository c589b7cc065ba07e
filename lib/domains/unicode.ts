import 'server-only'
import { domainToUnicode } from 'node:url'

/** The U-label form of an A-label name for people (RFC 5890), equal to the input where nothing differs. */
export function toUnicode(name: string): string {
  return name.includes('xn--') ? domainToUnicode(name) || name : name
}
