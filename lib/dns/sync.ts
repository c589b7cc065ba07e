import "server-only";
import type { Tx } from "@/lib/db/client";
import type { DkimKeyState } from "@/lib/db/generated/enums";
import { RECORD_TYPES, type RecordType } from "@/lib/dns/record";
import { rfc2136Config } from "@/lib/dns/schema";
import { wantedRecords, type WantedRecord } from "@/lib/dns/wanted-records";

const DEFAULT_TTL_SECONDS = 3600;
/** States of keys whose record is (or stays) in DNS. */
const WITH_RECORD: DkimKeyState[] = [
  "generated",
  "published",
  "active",
  "retiring",
  "revoked",
];

/** A type from the database; throws on one that nothing of ours can have stored. */
export function storedType(text: string): RecordType {
  const type = RECORD_TYPES.find((known) => known === text);
  if (!type) throw new Error(`stored record of type ${text}`);
  return type;
}

/** What a domain should have in DNS now, and whether it is published by us. Throws where there is no such domain. */
export async function loadWanted(
  tx: Tx,
  domainId: string,
): Promise<{ wanted: WantedRecord[]; hasProvider: boolean }> {
  const domain = await tx.domain.findUniqueOrThrow({
    where: { id: domainId },
    select: {
      name: true,
      kind: true,
      dnsProvider: { select: { config: true } },
      dkimKeys: {
        where: { state: { in: WITH_RECORD } },
        select: { id: true, selector: true, publicKey: true, state: true },
      },
    },
  });
  const hosts = await tx.node.findMany({
    where: { removedAt: null, roles: { has: "smtp" } },
    select: { hostName: true, publicAddresses: true },
    orderBy: { hostName: "asc" },
  });
  const config = domain.dnsProvider
    ? rfc2136Config.parse(domain.dnsProvider.config)
    : null;
  const wanted = wantedRecords({
    domain: domain.name,
    kind: domain.kind,
    hosts,
    keys: domain.dkimKeys.map((key) => ({
      ...key,
      isRevoked: key.state === "revoked",
    })),
    ttlSeconds: config?.ttlSeconds ?? DEFAULT_TTL_SECONDS,
  });
  return { wanted, hasProvider: config !== null };
}

const identity = (record: { name: string; type: string; value: string }) =>
  `${record.name}\0${record.type}\0${record.value}`;

/**
 * Takes rows out of what a domain should have. Where we publish, a row becomes `withdrawn`: what was published is known
 * until it has been seen to be gone. Where records are typed in by hand it goes at once.
 */
export async function withdrawRecords(
  tx: Tx,
  domainId: string,
  rows: readonly { id: string; name: string; type: string; value: string }[],
  hasProvider: boolean,
): Promise<void> {
  if (!hasProvider) {
    await tx.dnsRecord.deleteMany({
      where: { domainId, id: { in: rows.map((row) => row.id) } },
    });
    return;
  }
  const already = await tx.dnsRecord.findMany({
    where: { domainId, purpose: "withdrawn" },
    select: { name: true, type: true, value: true },
  });
  const known = new Set(already.map(identity));
  for (const row of rows) {
    if (known.has(identity(row)))
      await tx.dnsRecord.delete({ where: { id: row.id } });
    else {
      await tx.dnsObservation.deleteMany({ where: { recordId: row.id } });
      await tx.dnsRecord.update({
        where: { id: row.id },
        data: { purpose: "withdrawn", dkimKeyId: null },
      });
    }
    known.add(identity(row));
  }
}

/** Forgets withdrawn rows that are wanted again: the two would undo each other. */
export async function dropWithdrawn(
  tx: Tx,
  domainId: string,
  wanted: readonly { name: string; type: string; value: string }[],
): Promise<void> {
  for (const { name, type, value } of wanted) {
    await tx.dnsRecord.deleteMany({
      where: { domainId, purpose: "withdrawn", name, type, value },
    });
  }
}

/**
 * Makes the stored records of a domain (all but the administrator's own) those that it should have now: called in the
 * transaction of whatever changes it, its keys or the nodes. Rows that stay keep what was observed of them.
 */
export async function syncDomainRecords(
  tx: Tx,
  domainId: string,
): Promise<void> {
  const { wanted, hasProvider } = await loadWanted(tx, domainId);
  const rows = await tx.dnsRecord.findMany({
    where: { domainId, purpose: { notIn: ["own", "withdrawn"] } },
    select: {
      id: true,
      purpose: true,
      name: true,
      type: true,
      value: true,
      ttlSeconds: true,
      dkimKeyId: true,
    },
  });
  const stored = new Map(
    rows.map((row) => [`${row.purpose}\0${identity(row)}`, row]),
  );
  const added: WantedRecord[] = [];
  for (const record of wanted) {
    const key = `${record.purpose}\0${identity(record)}`;
    const row = stored.get(key);
    stored.delete(key);
    if (!row) added.push(record);
    else if (row.ttlSeconds !== record.ttlSeconds) {
      await tx.dnsRecord.update({
        where: { id: row.id },
        data: { ttlSeconds: record.ttlSeconds },
      });
    }
  }
  if (stored.size > 0)
    await withdrawRecords(tx, domainId, [...stored.values()], hasProvider);
  if (added.length === 0) return;
  await dropWithdrawn(tx, domainId, added);
  await tx.dnsRecord.createMany({
    data: added.map((record) => ({ domainId, ...record })),
  });
}
