import { z } from 'zod'
import { addressSchema } from '@/lib/addresses/address'

/** Where reports are put once they are stored, unless somebody chooses another folder. */
export const DONE_FOLDER = 'Reports done'

const printable = (most: number) =>
  z
    .string()
    .trim()
    .min(1, 'field.required')
    .max(most, 'field.long')
    .refine((text) => !/\p{Cc}/u.test(text), 'report.unprintable')

const folders = {
  folder: printable(200).default('INBOX'),
  doneFolder: printable(200).default(DONE_FOLDER),
}

/** INBOX is written in any case (RFC 9051 §5.1), other names as they are. */
const folderKey = (name: string) => (name.toUpperCase() === 'INBOX' ? 'INBOX' : name)
const areApart = ({ folder, doneFolder }: { folder: string; doneFolder: string }) =>
  folderKey(folder) !== folderKey(doneFolder)
const APART = { message: 'report.sameFolder', path: ['doneFolder'] }

const ownSchema = z.object({ kind: z.literal('own'), address: addressSchema, ...folders }).refine(areApart, APART)
export type AddOwnMailboxInput = z.infer<typeof ownSchema>

const portNumber = z.coerce.number('probe.port').int('probe.port').min(1, 'probe.port').max(65535, 'probe.port')

export const IMAP_SECURITY = ['tls', 'starttls'] as const

const elsewhereSchema = z
  .object({
    kind: z.literal('elsewhere'),
    host: z
      .string()
      .trim()
      .toLowerCase()
      .min(1, 'field.required')
      .max(253, 'field.long')
      .regex(/^[0-9a-z.:-]*$/, 'probe.host'),
    port: portNumber,
    security: z.enum(IMAP_SECURITY),
    username: printable(320),
    password: z.string().min(1, 'field.required').max(500, 'field.long'),
    ...folders,
  })
  .refine(areApart, APART)
export type AddMailboxElsewhereInput = z.infer<typeof elsewhereSchema>

/** What one form takes: a mailbox of ours, or one elsewhere. */
export const addReportMailboxSchema = z.discriminatedUnion('kind', [ownSchema, elsewhereSchema])

export const reportMailboxSchema = z.object({ id: z.uuid() })
export type ReportMailboxInput = z.infer<typeof reportMailboxSchema>
