interface DomainRef {
  id: string
  name: string
}

/** What of one domain a change touched. */
export interface TouchedDomain {
  ref: DomainRef
  self: boolean
  all: boolean
  localParts: Set<string>
  logins: Set<string>
}

/** Collects what a change touched, to be rendered once at its end. */
export class Touched {
  readonly domains = new Map<string, TouchedDomain>()
  readonly hosts = new Set<string>()

  private of(ref: DomainRef): TouchedDomain {
    let entry = this.domains.get(ref.id)
    if (!entry) {
      entry = { ref, self: false, all: false, localParts: new Set(), logins: new Set() }
      this.domains.set(ref.id, entry)
    }
    return entry
  }

  address(ref: DomainRef, localPart: string): void {
    this.of(ref).localParts.add(localPart)
  }

  domain(ref: DomainRef): void {
    this.of(ref).self = true
  }

  allAddresses(ref: DomainRef): void {
    const entry = this.of(ref)
    entry.self = true
    entry.all = true
  }

  login(ref: DomainRef, login: string): void {
    this.of(ref).logins.add(login)
  }

  host(hostName: string): void {
    this.hosts.add(hostName)
  }
}
