import type { AdminRole } from '@/lib/db/generated/enums'

/** Every permission, and the roles that have it. A domain administrator's reaches the granted domains only. */
export const PERMISSIONS = {
  'domain:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'domain:create': ['owner', 'operator'],
  'domain:update': ['owner', 'operator', 'domain_admin'],
  'domain:remove': ['owner', 'operator'],
  'mailbox:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'mailbox:write': ['owner', 'operator', 'domain_admin'],
  'alias:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'alias:write': ['owner', 'operator', 'domain_admin'],
  'dns:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'dns:write': ['owner', 'operator', 'domain_admin'],
  'dns:publish': ['owner', 'operator', 'domain_admin'],
  'provider:write': ['owner'],
  'dkim:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'dkim:write': ['owner', 'operator', 'domain_admin'],
  'test:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'test:run': ['owner', 'operator', 'domain_admin'],
  'probe:write': ['owner'],
  'check:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'check:write': ['owner', 'operator', 'domain_admin'],
  'alert:write': ['owner'],
  'report:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'report:write': ['owner', 'operator', 'domain_admin'],
  'node:read': ['owner', 'operator', 'reader'],
  'node:write': ['owner'],
  'node:check': ['owner', 'operator'],
  'release:read': ['owner', 'operator', 'domain_admin', 'reader'],
  'audit:read': ['owner', 'operator', 'reader'],
  'setting:read': ['owner', 'operator', 'reader'],
  'setting:write': ['owner'],
  'session:write': ['owner', 'operator', 'domain_admin', 'reader'],
} as const satisfies Record<string, readonly AdminRole[]>

export type Permission = keyof typeof PERMISSIONS

export function roleMay(role: AdminRole, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly AdminRole[]).includes(role)
}
