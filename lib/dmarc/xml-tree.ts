import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { ReportRefused } from '@/lib/dmarc/reasons'
import type { Deviations } from '@/lib/dmarc/deviations'

const MAX_DEPTH = 24
const MAX_ATTRIBUTES = 32
const MAX_TEXT = 64 * 1024
const MAX_WITHOUT_MARKUP = 256 * 1024
const MAX_NODES_PER_SECTION = 5_000
const MAX_SECTIONS_BESIDE_RECORDS = 200
const MAX_ELEMENTS_OUTSIDE = 200

/** One element below `feedback`, whole. */
export interface XmlNode {
  /** Local name, or the name as written when the element is from another namespace. */
  name: string
  isForeign: boolean
  lang: string | null
  text: string
  children: XmlNode[]
}

export interface FeedbackRoot {
  namespace: string | null
}

interface Handlers {
  root: (root: FeedbackRoot) => void
  /** A child of `feedback` is complete. */
  section: (node: XmlNode) => void
}

const DOCTYPE = /<!doctype/i
const ELEMENT = /<[A-Za-z_]/

/**
 * Feeds XML text through a streaming parser and hands over each child of the `feedback` element as a small tree, so
 * that the memory of a report is that of one record. No document type, no entities beyond the five of XML; depth,
 * attributes, text and numbers of elements are bounded. Throws ReportRefused.
 */
export class FeedbackReader {
  private readonly parser = new SaxesParser({ xmlns: false, position: false })
  private readonly stack: XmlNode[] = []
  private readonly texts = new Map<string, string>()
  private prefix = ''
  private namespace: string | null = null
  private depth = 0
  private rootDepth = -1
  private isDone = false
  private sawElement = false
  private prolog = ''
  private nodesInSection = 0
  private sectionsBesideRecords = 0
  private elementsOutside = 0
  private isStarted = false
  private sinceMarkup = 0

  constructor(
    private readonly handlers: Handlers,
    private readonly deviations: Deviations,
  ) {
    // A table without prototype: `&constructor;` must be as undefined as any other name.
    this.parser.ENTITIES = Object.assign(Object.create(null) as Record<string, string>, {
      amp: '&',
      gt: '>',
      lt: '<',
      quot: '"',
      apos: "'",
    })
    this.parser.on('error', (error) => this.onError(error))
    this.parser.on('doctype', () => {
      throw new ReportRefused('doctype')
    })
    let attributes = 0
    this.parser.on('opentagstart', () => {
      attributes = 0
      this.sawElement = true
      this.depth += 1
      if (this.depth > MAX_DEPTH) throw new ReportRefused('xml-too-complex', `more than ${MAX_DEPTH} elements deep`)
    })
    this.parser.on('attribute', () => {
      attributes += 1
      if (attributes > MAX_ATTRIBUTES)
        throw new ReportRefused('xml-too-complex', `more than ${MAX_ATTRIBUTES} attributes`)
    })
    this.parser.on('opentag', (tag) => this.onOpen(tag))
    this.parser.on('closetag', () => this.onClose())
    this.parser.on('text', (text) => this.onText(text))
    this.parser.on('cdata', (text) => this.onText(text))
  }

  /** Takes the next piece of text. */
  write(text: string): void {
    let piece = text
    if (!this.isStarted) {
      piece = this.withoutLeadingSpace(piece)
      if (piece === '') return
      this.isStarted = true
    }
    if (!this.sawElement) {
      // saxes reports a DOCTYPE only at its end: look for its beginning, so that a large one costs nothing.
      this.prolog = (this.prolog + piece).slice(-Math.max(piece.length, 16))
      const doctype = this.prolog.search(DOCTYPE)
      const element = this.prolog.search(ELEMENT)
      if (doctype !== -1 && (element === -1 || doctype < element)) throw new ReportRefused('doctype')
    }
    this.refuseEndlessText(piece)
    this.parser.write(piece)
  }

  /** The parser hands over a text, comment or name only when it is complete: a very long one is refused before that. */
  private refuseEndlessText(piece: string): void {
    const open = piece.lastIndexOf('<')
    this.sinceMarkup = open === -1 ? this.sinceMarkup + piece.length : piece.length - open
    if (this.sinceMarkup > MAX_WITHOUT_MARKUP) throw new ReportRefused('xml-too-complex', 'a text without end')
  }

  /** Says that no text follows. Throws `xml-truncated` where the report is not complete, `xml-other` where there was none. */
  end(): void {
    if (this.isDone) return
    if (this.rootDepth !== -1) throw new ReportRefused('xml-truncated')
    throw new ReportRefused(this.sawElement ? 'xml-other' : 'xml-truncated')
  }

  private withoutLeadingSpace(text: string): string {
    const trimmed = text.replace(/^[\s\ufeff\0]+/, '')
    const cut = text.slice(0, text.length - trimmed.length).replace('\ufeff', '')
    if (cut !== '' && trimmed !== '') this.deviations.add('content-before', JSON.stringify(cut))
    return trimmed
  }

  private onError(error: Error): void {
    if (this.isDone) {
      this.deviations.add('content-after', error.message)
      return
    }
    throw new ReportRefused('xml-malformed', error.message.slice(0, 200))
  }

  private onOpen(tag: SaxesTagPlain): void {
    const colon = tag.name.indexOf(':')
    const prefix = colon === -1 ? '' : tag.name.slice(0, colon)
    const local = colon === -1 ? tag.name : tag.name.slice(colon + 1)
    if (this.rootDepth === -1 || this.isDone) {
      this.onOpenOutside(tag, prefix, local)
      return
    }
    if (local === 'feedback' && prefix === this.prefix) throw new ReportRefused('several-reports')
    const parent = this.stack.at(-1)
    const ownNamespace = tag.attributes.xmlns
    const isForeign =
      parent?.isForeign === true ||
      prefix !== this.prefix ||
      (ownNamespace !== undefined && ownNamespace !== (this.namespace ?? ''))
    const node: XmlNode = {
      name: isForeign ? tag.name : local,
      isForeign,
      lang: tag.attributes.lang ?? tag.attributes['xml:lang'] ?? null,
      text: '',
      children: [],
    }
    this.nodesInSection = parent ? this.nodesInSection + 1 : 1
    if (this.nodesInSection > MAX_NODES_PER_SECTION) throw new ReportRefused('xml-too-complex', 'too many elements')
    parent?.children.push(node)
    this.stack.push(node)
  }

  private onOpenOutside(tag: SaxesTagPlain, prefix: string, local: string): void {
    if (local === 'feedback') {
      if (this.isDone) throw new ReportRefused('several-reports')
      this.rootDepth = this.depth
      this.prefix = prefix
      this.namespace = tag.attributes[prefix === '' ? 'xmlns' : `xmlns:${prefix}`] ?? null
      this.handlers.root({ namespace: this.namespace })
      return
    }
    this.deviations.add(this.isDone ? 'content-after' : 'root-wrapped', tag.name)
    this.elementsOutside += 1
    if (this.elementsOutside > MAX_ELEMENTS_OUTSIDE) {
      throw new ReportRefused(this.isDone ? 'xml-too-complex' : 'xml-other')
    }
  }

  private onClose(): void {
    this.depth -= 1
    if (this.rootDepth === -1 || this.isDone) return
    const node = this.stack.pop()
    if (!node) {
      this.isDone = true
      return
    }
    if (this.stack.length > 0) return
    if (node.name !== 'record') {
      this.sectionsBesideRecords += 1
      if (this.sectionsBesideRecords > MAX_SECTIONS_BESIDE_RECORDS) throw new ReportRefused('xml-too-complex')
    }
    this.handlers.section(node)
  }

  private onText(text: string): void {
    const node = this.stack.at(-1)
    if (!node || node.children.length > 0) return
    const joined = node.text === '' ? text : node.text + text
    if (joined.length > MAX_TEXT) throw new ReportRefused('xml-too-complex', `text of ${node.name} is too long`)
    node.text = this.shared(joined)
  }

  /** The same short text once: thousands of records repeat the same few domains and results. */
  private shared(text: string): string {
    if (text.length > 64) return text
    const known = this.texts.get(text)
    if (known !== undefined) return known
    if (this.texts.size > 20_000) this.texts.clear()
    this.texts.set(text, text)
    return text
  }
}

/** `<local@domain>`: the name of an element cannot hold `@`. */
const ADDRESS = /<([^<>\s/!?"'=&]{1,64}@[^<>\s"'=&]{1,255})>/g
/** `<` that no `>` closes before the next `<`: neither a tag nor a value of an attribute may look so. */
const STRAY = /<(?![!?/])(?=[^<>]{0,256}<)/g
const LONGEST_REPAIR = 330

/**
 * The same text with angle brackets that cannot be markup written as text: around addresses, and single ones in a value.
 * Used only for a second reading of what was not well formed; each repair is counted.
 */
export function* withStrayMarkupAsText(pieces: Iterable<string>, deviations: Deviations): Generator<string> {
  const repair = (text: string): string =>
    text
      .replace(ADDRESS, (_match, address: string) => {
        deviations.add('markup-repaired', `<${address}>`)
        return `&lt;${address}&gt;`
      })
      .replace(STRAY, (_match, at: number, whole: string) => {
        deviations.add('markup-repaired', whole.slice(Math.max(0, at - 30), at + 30))
        return '&lt;'
      })
  let carry = ''
  for (const piece of pieces) {
    const text = carry + piece
    const open = text.indexOf('<', text.lastIndexOf('>') + 1)
    const isCut = open !== -1 && text.length - open < LONGEST_REPAIR
    carry = isCut ? text.slice(open) : ''
    yield repair(isCut ? text.slice(0, open) : text)
  }
  yield repair(carry)
}
