import type { NodeFacts } from '@/lib/checks/check'

/** A mail node for tests of checks, with public name and addresses; what a test is about is given. */
export function checkedNode(facts: Partial<NodeFacts> = {}): NodeFacts {
  return {
    id: '00000000-0000-7000-8000-000000000002',
    name: 'mx1',
    hostName: 'mx1.posthouse.org',
    roles: ['smtp'],
    publicAddresses: ['9.9.9.10'],
    services: { smtp: '9.9.9.10:25' },
    status: { daemons: [{ name: 'postfix', isRunning: true }], diskFreeBytes: 50 * 1024 ** 3 },
    ...facts,
  }
}
