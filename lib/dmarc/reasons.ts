/**
 * Why a file was not taken as a report: a closed list of codes. The English text beside each is what the command line
 * and the API print; the panel has its own sentences for the same codes.
 */
export const REPORT_REASONS = {
  'file-unreadable': 'The file could not be read from the disk.',
  unexpected: 'An unexpected error ended the reading; trying again is safe.',
  empty: 'The file is empty.',
  'too-large': 'The file, or the report in it once unpacked, is larger than the limit.',
  'ratio-too-high': 'The archive unpacks to suspiciously much more than its own size.',
  'gzip-damaged': 'The gzip archive is damaged or cut short.',
  'zip-damaged': 'The zip archive is damaged or cut short.',
  'zip-empty': 'The zip archive has no member.',
  'zip-several-members': 'The zip archive has more than one member; a report is sent alone.',
  'zip-folder': 'The zip archive holds a folder; a report lies at its top.',
  'zip-encrypted': 'The zip archive is encrypted.',
  'zip-method': 'The zip archive is compressed by a method other than deflate.',
  'archive-nested': 'The archive holds another archive.',
  'not-a-report': 'The content is neither XML, JSON, gzip, zip nor a mail with a report.',
  'mail-without-report': 'No part of the mail is a report.',
  'mail-too-complex': 'The mail has too many parts, or parts nested too deeply.',
  'several-reports': 'There is more than one report inside; each is sent on its own.',
  'encoding-unknown': 'The text is in an encoding that cannot be read.',
  doctype: 'The XML carries a document type declaration; entities are never read.',
  'xml-malformed': 'The XML is not well formed.',
  'xml-truncated': 'The XML ends before the report does.',
  'xml-too-complex': 'The XML has too many, too large or too deeply nested elements.',
  'xml-other': 'The XML is not a DMARC aggregate report.',
  'too-many-records': 'The report has more records than the limit.',
  'metadata-missing': 'The report does not say who made it (no report_metadata).',
  'report-id-missing': 'The report has no report_id.',
  'report-id-too-long': 'The report_id is longer than 512 octets.',
  'dates-missing': 'The report does not say which period it covers.',
  'dates-malformed': 'The begin or end of the period is not a number of seconds since 1970.',
  'dates-in-milliseconds': 'The period is given in milliseconds; the standard says seconds.',
  'dates-reversed': 'The period ends before it begins.',
  'dates-in-future': 'The period ends in the future.',
  'period-too-long': 'The period is longer than 31 days.',
  'policy-missing': 'The report does not say which policy it applied (no policy_published).',
  'policy-domain-invalid': 'The domain of the published policy is missing or is not a domain name.',
  'no-record': 'The report has no record.',
  'no-readable-record': 'Not one record of the report has a readable address and count.',
  'failure-incomplete': 'The failure report does not say which kind of failure it reports.',
  'json-malformed': 'The JSON is not well formed.',
  'json-too-complex': 'The JSON has too many or too deeply nested values.',
  'json-other': 'The JSON is not a TLS report.',
  'tls-dates-malformed': 'The period of the TLS report is missing or is not a pair of dates.',
  'tls-policies-missing': 'The TLS report lists no policy.',
  'too-old': 'The report is of a time of which reports are not kept any more.',
  'foreign-domain': 'The report is about a domain that is not yours.',
  'duplicate-file': 'The same file was read before.',
  'duplicate-report': 'The same report was read before, from another file.',
} as const

export type ReportReason = keyof typeof REPORT_REASONS

/** Why one record of an otherwise good report could not be read; it is counted, never left out in silence. */
export const RECORD_REASONS = {
  'row-missing': 'The record has no row.',
  'source-ip-missing': 'The record names no source address.',
  'source-ip-invalid': 'The source address is not an IP address.',
  'count-missing': 'The record does not say how many messages it counts.',
  'count-invalid': 'The count is not a whole number from 1 to 2147483647.',
  'evaluation-missing': 'The record does not say whether DKIM and SPF were aligned.',
  'text-too-long': 'A domain name in the record is longer than 253 characters.',
} as const

export type RecordReason = keyof typeof RECORD_REASONS

/** What was odd about a report that could still be read; each is counted in the result. */
export const DEVIATIONS = {
  'markup-repaired': 'Angle brackets that are no markup were taken as text.',
  'bytes-invalid': 'Bytes that are not valid in the declared encoding were replaced.',
  'encoding-mismatch': 'The declared encoding is not the one that is used.',
  'content-before': 'There was something before the report.',
  'content-after': 'There was something after the report.',
  'root-wrapped': 'The report lies inside another element that does not belong there.',
  'namespace-unknown': 'The namespace is none that a standard or a draft defines.',
  'element-unknown': 'An element that no version of the format knows.',
  'element-repeated': 'An element that may occur once occurs again; the first counts.',
  'org-name-missing': 'The reporter gives no name.',
  'value-case': 'A keyword is not written in lower case.',
  'value-unknown': 'A keyword that no version of the format knows.',
  'value-missing': 'A required element is empty or missing.',
  'text-truncated': 'A long free text was cut.',
  'archive-type': 'The archive is not of the type that the mail or the name says.',
} as const

export type DeviationCode = keyof typeof DEVIATIONS

/** Thrown inside the readers when a file is refused; never leaves `readReportFile`. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused'

  constructor(
    readonly reason: ReportReason,
    /** Words of the parser for the log and the command line; never more than 200 characters. */
    readonly detail: string | null = null,
  ) {
    super(detail === null ? reason : `${reason}: ${detail}`)
  }
}
