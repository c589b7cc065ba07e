import { z } from 'zod'

/** A table's name in the archive and in the database; nothing else gets into SQL or a path. */
const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/i)

/** `manifest.json`, the first member of a backup: what the rest is. */
export const manifestSchema = z.object({
  format: z.literal(1),
  createdAt: z.iso.datetime(),
  /** Migrations that the database had, in order: a restore applies just these before it reads the tables. */
  migrations: z.array(z.string().min(1)),
  /** In an order in which each table comes after those it refers to. */
  tables: z.array(z.object({ name: identifier, columns: z.array(identifier).min(1) })),
  /** Next values of sequences. */
  sequences: z.array(z.object({ name: identifier, value: z.string().regex(/^\d+$/) })),
  /** True when the installation's secrets are within; false where they came from the environment. */
  hasSecrets: z.boolean(),
  /** Nodes of the native companion whose mail is within. */
  mailOf: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/)),
})
export type Manifest = z.infer<typeof manifestSchema>

/** What has been written or read, for the one who asked. */
export interface TransferSummary {
  tables: number
  mailOf: string[]
  hasSecrets: boolean
}
