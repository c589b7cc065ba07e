import type { Account } from '@/companion/accounts'

/** A file as it should stand below a node's folder. `group`: who may read it beside root; none: 0600. */
export interface RenderedFile {
  path: string
  text: string
  mode: number
  group?: Account
}
