import type { IntentOperation, Operation } from './store'

/**
 * The order in which lines change so that every state in between is legal (MAIL rules 8, 20, 24): who takes the mail is
 * there before who hands it over, a refusal is there before what it covers goes, the domain comes last and goes first,
 * an identity line is there before the catch-all that would swallow its mailbox.
 */
export const STEPS = [
  'users.put',
  'access.put',
  'homes.put',
  'identities.put',
  'mailboxes.put',
  'senders.put',
  'aliases.put',
  'catchalls.put',
  'domains.put',
  'signing',
  'settings',
  'domains.delete',
  'catchalls.delete',
  'aliases.delete',
  'senders.delete',
  'mailboxes.delete',
  'identities.delete',
  'homes.delete',
  'access.delete',
  'users.delete',
] as const
export type Step = (typeof STEPS)[number]

function stepOf({ map, key, before, after }: Operation): Step {
  const way = after === null ? 'delete' : 'put'
  switch (map) {
    case 'smtp/domains':
      return `domains.${way}`
    case 'smtp/mailboxes':
      return `mailboxes.${way}`
    case 'smtp/senders':
      return `senders.${way}`
    case 'smtp/access':
      return `access.${way}`
    case 'smtp/homes':
      return `homes.${way}`
    case 'smtp/aliases':
      if (key.startsWith('@')) return `catchalls.${way}`
      return (after ?? before ?? '').split(',').includes(key) ? `identities.${way}` : `aliases.${way}`
    case 'imap/users':
    case 'imap/credentials':
      return `users.${way}`
    case 'dkim/keys':
    case 'dkim/keytable':
    case 'dkim/signingtable':
    case 'dkim/signingtable-ed25519':
      return 'signing'
    case 'node/settings':
      return 'settings'
    default:
      throw new Error(`no step for map ${map}`)
  }
}

/** The operations with the step each belongs to, in the legal order. */
export function orderOperations(operations: readonly Operation[]): IntentOperation[] {
  return operations
    .map((operation) => ({ ...operation, step: STEPS.indexOf(stepOf(operation)) }))
    .sort((a, b) => a.step - b.step)
}
