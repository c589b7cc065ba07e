import { MailboxWatches } from '@/lib/report-mailboxes/watches'

/** Watches report mailboxes over IMAP until the returned function is called; it waits until what came in is stored. */
export async function startReportMailboxLoop(): Promise<() => Promise<void>> {
  const watches = new MailboxWatches()
  await watches.start()
  return () => watches.stop()
}
