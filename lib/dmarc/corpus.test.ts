import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readReportFile } from '@/lib/dmarc/read-file'
import type { ReportReason } from '@/lib/dmarc/reasons'

const now = Date.parse('2026-11-22T12:00:00Z')
const root = fileURLToPath(new URL('../..', import.meta.url))
const corpus = process.env.POSTHOUSE_CORPUS ?? join(root, '..', 'shared', 'corpus')
/** What lies beside the samples and is none. */
const NO_SAMPLE = /^(LICENSE|MANIFEST)/

type Expected = { sha256: string; file: string } & (
  | { kind: 'aggregate'; state: 'valid'; records: number; messages: number }
  | { kind: 'failure' | 'tls'; state: 'valid' }
  | { kind: 'aggregate' | null; state: 'rejected'; reason: ReportReason; because: string }
)

/** Records and messages were counted apart from this reader. `file` is for people: the hash is what counts. */
// prettier-ignore
const EXPECTED: Expected[] = [
  { sha256: '042f6718704b783966c71b6552d4669b15d6320c7ea3ee683fed00b6793862be', file: 'rfc7489-google.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 2 },
  { sha256: '6acabee50db50645901afd7c5cc23c20b0993ea4064d3df2f95e2a51a64fcaf2', file: 'rfc9990-multi-auth-overrides.xml', kind: 'aggregate', state: 'valid', records: 2, messages: 15 },
  { sha256: '64ad950f26cf605768dc3700d5e5f86441797a2f929eb8b7ddf7b46e9d216860', file: 'rfc9990-namespaced-legacy-fields.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 3 },
  { sha256: 'f0b8fc8dd8a84b10fbe4e008ace56e1313d7f31abb0e9668dd8ad89c6bf46703', file: 'rfc9990-treewalk-extension.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 5 },
  { sha256: 'a2eb611c109c47466a242496ca0cae052686fdb20e0929c0c69b7fb9398ede2a', file: '!example.com!1538204542!1538463818.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '5f08ce8093b6265c7094198a3b61a6f68b50267fec879cb68cfc47477c6fde27', file: '!large-example.com!1711897200!1711983600.xml', kind: 'aggregate', state: 'valid', records: 2286, messages: 2286 },
  { sha256: '2d98dd5bba15d1e086dc4d156c2b5f5158a819a1aa9d46b72334e1b543569ccc', file: '…om Submitter- google.com Report-ID- 949348866075514174.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'd0352091939aa70b3cf074a07b960aad67131e4e29e75e4475a4786244f3f6c1', file: 'addisonfoods.com!example.com!1536105600!1536191999.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '985fdb4cb182cfa1588a2443a9c5468022f01badd79d48f2e9c7e965a90c806d', file: 'empty_reason.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 2 },
  { sha256: '7df216ec7486744060c633a4d765fe6a34e0a1a0f21ea1e49a219c4424230637', file: '…acot.gob.mx!example.com!1536853302!1536939702!2940.xml.zip', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '5dc9f77d35646f13b4c320f352b2ccd00806bf0cd2d12706bfb9d2841843b532', file: 'example.net!example.com!1529366400!1529452799.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '47044ec90c32c7827c67cd5f56b2bbc0997a6d271d075a4c88f0bab9dce059a7', file: '…ail.com!example.com!1516060800!1516147199!102675056.xml.gz', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'e87412b29ee0c7ff35bdbb6a4370b732b5013c990aba3482198783f83d4e6bca', file: 'ikea.com!example.de!1538690400!1538776800.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'eefe7551fd3e99bc907fbb16dd4d2bad5fe081298525694761834984fdba3ece', file: 'invalid_utf_8.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '7de94b821845e0649472dcacdc7083c83ca4bfcf39a36b28052dacf2b4c9ec4f', file: 'invalid_xml.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'd6a203df4896c56b6a54bd15453cc36b1be96570056c49312604822cbab25b9a', file: 'mimecast-weird-gzip.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '183c5c588516ec98bb61d2d3ef74d78afe9197e8e86771ec6fc97394abf78d40', file: 'old_draft_from_wiki.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 2 },
  { sha256: '533747ed0b2ac7fb746173868b14e5a9e179e6329f556442a766c1208320d781', file: 'protection.outlook.com!example.com!1711756800!1711843200.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '1262f38f55da55e930c752acb47d6fc39ffa31659990c8d2674ce7cf82ec2e69', file: 'rfc9990-example.net!example.com!1700000000!1700086399.xml', kind: 'aggregate', state: 'valid', records: 2, messages: 7 },
  { sha256: '02e74d82fb5dc1fb632ffddaf3347ac3e12d2ffd238b7e2010298f1918e7b5de', file: 'rfc9990-sample.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 123 },
  { sha256: 'e982030c002eeacd256a66e55eb74848e82cc15bb6aedcc745404fa75f5504c7', file: 'twilight.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '2f113f2bcd03133c4f63800d75ace45802dcad110ba685c5233499a32af741d3', file: 'usssa.com!example.com!1538784000!1538870399.xml', kind: 'aggregate', state: 'valid', records: 2, messages: 2 },
  { sha256: 'bb1e135650870bc770b9ddca02e06fd64aece26adc8aacf41990faab88c3182f', file: 'veeam.com!example.com!1530133200!1530219600.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '2dbb2eedd6f9ded888bbc6c5f27a7a426230abaffddfd9c30061edd20ca579ee', file: 'report_with_upper_cased_pass.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', file: 'empty.xml', kind: null, state: 'rejected', reason: 'empty', because: 'an empty file says nothing' },
  { sha256: '104bce4c08d491d612c416ed17f530be43084fcc3f15a6648bcf27888324bfc7', file: 'changed-input.xml', kind: 'aggregate', state: 'valid', records: 20, messages: 3047 },
  { sha256: '7005e63ffe9446bfad3c201469e1a0fb7ff3b58978b48b857f0bf8de7fcb1dd6', file: 'nice-input.xml', kind: 'aggregate', state: 'valid', records: 20, messages: 3047 },
  { sha256: 'fecbc1aace22250948a9df8a47b90a8f45aaa84d091d7006a5fc2d3915033dab', file: 'nice-input.xml.gz', kind: 'aggregate', state: 'valid', records: 20, messages: 3047 },
  { sha256: 'd311bebdeb7374e58de49d5ffdecc534b7c5b9788bfb5323f34e3a965e4d8fb0', file: 'nice-input.xml.zip', kind: 'aggregate', state: 'valid', records: 20, messages: 3047 },
  { sha256: 'd2483e054ba5e3eb56aefeb83ea821d7c4a41ef192d4d0030b2467036f75305f', file: '…in.de (mail-from=sharepoint@domain.de, ip=10.10.10.10).eml', kind: 'failure', state: 'valid' },
  { sha256: '632a91394f90ab66d6aaccdb13e50a5a3abbccb548651f73f55002a2abee06e1', file: '[Netease DMARC Failure Report] Rent Reminder.eml', kind: 'failure', state: 'valid' },
  { sha256: '69e80953e5d9a29923c77b7bd3fdf23797bd5e7f7adffcd1a682b8d95cad47f8', file: 'dmarc_ruf_report_linkedin.crlf.eml', kind: 'failure', state: 'valid' },
  { sha256: 'ab004bb4a7c22f03d0f1eded16185f4151657f412e9ed62b44d59a1d73f10dc1', file: 'dmarc_ruf_report_linkedin.eml', kind: 'failure', state: 'valid' },
  { sha256: 'a0d77faf08b713a182233091f3fd87b67fe21b20c952fe84ccebb71b025ebd43', file: 'exim_plain_text_only_no_arf_part.eml', kind: 'failure', state: 'valid' },
  { sha256: '4232a15b70f3f56267a071010b8f30dcfa99bff33e21a1c6c8c2416f311df6be', file: 'google.com_smtp_tls_report.eml', kind: 'tls', state: 'valid' },
  { sha256: 'd29bde9cf1730326a23f8cf69872553ddc502b805da962010f384549a30acdcf', file: 'mail.ru.json', kind: 'tls', state: 'valid' },
  { sha256: '413b9b833661af6c4161a5198b59aff93fa7099da52fd421ee0f2f666b585cbe', file: 'rfc8460.json', kind: 'tls', state: 'valid' },
  { sha256: '88a2cd463ab43bcce21ca2dc8a51489ad08619e533fa970c2b26a690ea01ecff', file: 'smtp_tls.json', kind: 'tls', state: 'valid' },
  { sha256: 'eea853b3b26caf5742ea46e8f4acc0109373438f93e6f7a96af5ba3e157e6f13', file: 'dmarc-xml-0.2.xsd', kind: null, state: 'rejected', reason: 'xml-other', because: 'the schema of the format, not a report' },
  { sha256: 'e497833239a9a3a76d4624e0e3ec001ec19459540fa1a6784948e683ba7faadd', file: 'dmarc-xmlalt-0.2.xml', kind: 'aggregate', state: 'valid', records: 1, messages: 123 },
  { sha256: 'b3055991d1a4a814f686db5449709fe0ad8a9921d5ce0d067dbc67644c138c80', file: 'google.eml', kind: 'aggregate', state: 'valid', records: 2, messages: 5 },
  { sha256: 'df71d165848314af9f35411b7cda827d6c5421026d309b57d00f254791a3d877', file: 'mailru.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '28bde825f3b9a2c37103bf5d0123a4d80364c7d41fb36faa586401b5c5a1647f', file: 'outlook.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 2 },
  { sha256: 'de3907ea69380f59d366b408e9d08bdb923a392066057a8af82a1202961fa1fc', file: 'xs4all.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '8aecf9382f27f5aae88ef985ff4444c5b2a9456305bf056c9d06f00315832577', file: 'yahoo.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '903979ec1d294f64b1609b32e696fee0f71b9d00cbfae2b6b9a12c41aa5c826c', file: 'example.eml', kind: 'tls', state: 'valid' },
  { sha256: '0419890106e721fb3141f418d3aefd329c59dcbb59ea04cc66f14fd8340f703b', file: 'microsoft.eml', kind: 'tls', state: 'valid' },
  { sha256: '61d9eff8dc544e52b9e49a5f6943f87dc12db82676ce5c1129623f5f46e51937', file: '…Report-ID_aggr_report_ngyn.org_20150705_163-failed.com.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '98361524ebd7dc40a54c0121347bdad4383184bf85612483f6716b3c33810006', file: '…63.com_Report-ID_aggr_report_ngyn.org_20150705_163.com.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'a213b238e79a6923b51e4b0db201f23674a6a5b7d494b36bae947c1fc22c48d8', file: '…on.com_Report-ID_aggr_report_ngyn.org_20210607-ignored.eml', kind: null, state: 'rejected', reason: 'not-a-report', because: 'the attachment is a picture in a gzip' },
  { sha256: '99335ca90219a501c3df047666af91ab1eb7e0785d658b3e81f1b7526013af03', file: '…ter_amazon.com_Report-ID_aggr_report_ngyn.org_20210622.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: '8ca420a6067e0634171703c5491571eeb15eb95b0945c69bdbe1c7ebc3bff7a9', file: '…rg_Submitter_fastmail.com_Report-ID_2015.06.23.5672770.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 2 },
  { sha256: '5d72e1e9b86cc77ac8fb8e8a2b18d59a98b40524bd871214f8747bba7ed55094', file: '…org_Submitter_google.com_Report-ID_1282989064754998675.eml', kind: 'aggregate', state: 'valid', records: 4, messages: 50 },
  { sha256: '15ad46ba9bb323be88aa6d37744fae6ab1b05cb0b40b44bd512909d08edd5b8e', file: '…rg_Submitter_google.com_Report-ID_14872432101891615947.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'eee2d4701c49dbc30edab8404b5815733448c237a2d4a99fe70f362149cecb7e', file: '…Report-ID_66f317a021ff4cdabad2b350d3303615@hotmail.com.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 1 },
  { sha256: 'cccd1dc4ab81fe9779351cdd1cad33e149384076d08f164f4fd6065de4933444', file: '…yn.org_Submitter_yahoo.com_Report-ID_1435111091.916236.eml', kind: 'aggregate', state: 'valid', records: 1, messages: 9 },
  { sha256: '20c7e4ca444f9f9b63db32223887bab71d0ea677a99868f2c3745bab4b841904', file: '…ubmitter_yahoo.com_Report-ID_1436111091.916236-ignored.eml', kind: 'aggregate', state: 'rejected', reason: 'policy-domain-invalid', because: 'the published policy names no domain' },
  { sha256: 'f88354fd5fc3cfbdb8ad14b5986ec5bdccef5634ab2716721074a6a00630b92d', file: 'test.xml', kind: 'aggregate', state: 'valid', records: 2, messages: 7 },
  { sha256: 'c52968c392dfc2176fa10ba1770e954776fd5760b1b75dc893abf08d74b6c29c', file: 'test.xml.gz', kind: 'aggregate', state: 'valid', records: 2, messages: 7 },
  { sha256: 'f4f13a928d3b1903b505249e18993871eafdc99ab15ac5a776eb7a4f2822c5fe', file: 'test.xml.gz.gz', kind: 'aggregate', state: 'valid', records: 2, messages: 7 },
  { sha256: '102b9b7d4c58c85c68111db5c3971414ca6cd5ae324b53c7be12da128dbc9699', file: 'test.xml.zip', kind: 'aggregate', state: 'valid', records: 2, messages: 7 },
  { sha256: '7e14b110d78c2bde2f2a98703fde518455fe7904a7387c99d5de0071c17680b8', file: 'test2.xml', kind: 'aggregate', state: 'rejected', reason: 'period-too-long', because: 'covers three years: such a period cannot be put on a day, and no reporter collects so long' },
  { sha256: '5e4b56bb79478775f51262240b225691fc1dd3c1dd174d6fd572a7f99ada1396', file: 'test_empty.xml', kind: 'aggregate', state: 'rejected', reason: 'no-readable-record', because: 'its only record has no address and no result, and counts nothing' },
]

const files = existsSync(corpus)
  ? readdirSync(corpus, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !NO_SAMPLE.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
  : []
const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const why = `no sample reports at ${corpus}; POSTHOUSE_CORPUS names their folder`

describe('the corpus of real reports', () => {
  it('has an expectation for every file', ({ skip }) => {
    if (files.length === 0) skip(why)
    const known = new Set(EXPECTED.map(({ sha256 }) => sha256))
    expect(files.filter((path) => !known.has(hash(path)))).toEqual([])
  })

  it.for(EXPECTED)('$state: $file', async ({ sha256, file, ...expected }, { skip }) => {
    const path = files.find((candidate) => hash(candidate) === sha256)
    if (path === undefined) return skip(files.length === 0 ? why : `${file} is not among the samples`)
    const reading = await readReportFile(readFileSync(path), { now })
    const { kind, state, reason } = reading
    if (expected.state === 'rejected') {
      expect({ kind, state, reason }).toEqual({ kind: expected.kind, state: 'rejected', reason: expected.reason })
      return
    }
    expect({ kind, state, reason, file }).toEqual({ kind: expected.kind, state: 'valid', reason: null, file })
    if (expected.kind === 'aggregate' && reading.kind === 'aggregate') {
      expect(reading.report?.totals).toEqual({
        records: expected.records,
        unreadableRecords: 0,
        messages: expected.messages,
      })
    }
  })
})
