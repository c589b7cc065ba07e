import { describe, expect, it } from 'vitest'
import { Upload, UPLOAD_LIMITS, type UploadLimits } from '@/lib/dmarc/uploaded-files'

const URL_OF_API = 'http://panel.test/api/reports'

function post(body: BodyInit, headers: Record<string, string> = {}, query = ''): Request {
  return new Request(`${URL_OF_API}${query}`, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
}

/** A form as a browser sends it, its bytes at hand: undici does not like to be left while it makes them. */
async function form(...files: [name: string, content: string][]): Promise<Request> {
  const data = new FormData()
  data.set('back', '/domains/example.org/reports')
  for (const [name, content] of files) data.append('file', new File([content], name))
  const made = new Response(data)
  return post(await made.arrayBuffer(), { 'content-type': made.headers.get('content-type') ?? '' })
}

async function read(request: Request, limits: Partial<UploadLimits> = {}) {
  const upload = new Upload(request, { ...UPLOAD_LIMITS, ...limits })
  const files: [string, string][] = []
  for await (const { name, content } of upload.files()) files.push([name, content.toString()])
  return { files, problem: upload.problem?.messageKey ?? null, upload }
}

describe('an upload', () => {
  it('as a form gives its fields and files in their order', async () => {
    const { files, problem, upload } = await read(await form(['a.xml', '<a/>'], ['b.gz', 'bb'], ['empty.xml', '']))
    expect(files).toEqual([
      ['a.xml', '<a/>'],
      ['b.gz', 'bb'],
      ['empty.xml', ''],
    ])
    expect(problem).toBeNull()
    expect(upload.isForm).toBe(true)
    expect(upload.fields.get('back')).toBe('/domains/example.org/reports')
  })

  it('as a form in which nothing was chosen has no file', async () => {
    const body = '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--b--\r\n'
    expect(await read(post(body, { 'content-type': 'multipart/form-data; boundary=b' }))).toMatchObject({
      files: [],
      problem: null,
    })
  })

  it.each([
    ['?name=r.xml.gz', {}, 'r.xml.gz'],
    ['', { 'content-disposition': 'attachment; filename="q r.xml"' }, 'q r.xml'],
    ['', {}, 'report'],
  ])('as a body takes its name from %s %j', async (query, headers, name) => {
    const request = post('<a/>', { 'content-type': 'application/gzip', ...headers }, query)
    expect(await read(request)).toMatchObject({ files: [[name, '<a/>']], problem: null, upload: { isForm: false } })
  })

  it('gives each mail of an mbox by itself, also beside other files', async () => {
    const mbox = 'From a@x.test now\nSubject: 1\n\n>From here\n\nFrom b@x.test now\nSubject: 2\n\nx\n'
    const { files } = await read(await form(['box', mbox], ['c.xml', '<c/>']))
    expect(files).toEqual([
      ['box#1', 'Subject: 1\n\nFrom here\n\n'],
      ['box#2', 'Subject: 2\n\nx\n'],
      ['c.xml', '<c/>'],
    ])
  })

  it('holds of a file no more than its bound and one, and goes on with the next', async () => {
    const { files, problem } = await read(await form(['big', 'x'.repeat(5_000_000)], ['b', 'bb']), { fileBytes: 10 })
    expect(files).toEqual([
      ['big', 'x'.repeat(11)],
      ['b', 'bb'],
    ])
    expect(problem).toBeNull()
  })

  it('bounds each mail of an mbox, not the mbox', async () => {
    const mbox = `From a\n\n${'x'.repeat(30)}\n\nFrom b\n\nyy\n`
    const { files } = await read(await form(['box', mbox]), { fileBytes: 20 })
    expect(files.map(([, content]) => content.length)).toEqual([21, 4])
  })

  it('keeps the files that were whole where there are too many', async () => {
    const request = await form(['a', '1'], ['b', '2'], ['c', '3'])
    expect(await read(request, { files: 2 })).toMatchObject({
      files: [
        ['a', '1'],
        ['b', '2'],
      ],
      problem: 'report.tooManyFiles',
    })
  })

  it('counts the mails of an mbox as files', async () => {
    const { files, problem } = await read(await form(['box', 'From a\n\nFrom b\n\nFrom c\n']), { files: 2 })
    expect([files.length, problem]).toEqual([2, 'report.tooManyFiles'])
  })

  it('is refused before it is read where it says that it is too large', () => {
    const request = post('x', { 'content-type': 'application/xml', 'content-length': '2000' })
    expect(() => new Upload(request, { ...UPLOAD_LIMITS, requestBytes: 1000 })).toThrow('report.uploadTooLarge')
  })

  it('ends where it is too large without having said so', async () => {
    const { files, problem } = await read(await form(['a', '1'], ['b', 'x'.repeat(100_000)]), { requestBytes: 50_000 })
    expect(problem).toBe('report.uploadTooLarge')
    expect(files.map(([name]) => name)).not.toContain('b')
  })

  it('that breaks off gives what was whole and says so', async () => {
    const whole = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n'
    const cut = '--b\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nhal'
    const request = post(whole + cut, { 'content-type': 'multipart/form-data; boundary=b' })
    expect(await read(request)).toMatchObject({ files: [['a', '1']], problem: 'report.uploadBroken' })
  })

  it('whose sender leaves gives what was whole and says so', async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(
          Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--b\r\n'),
        )
      },
      pull(controller) {
        controller.error(new Error('socket hang up'))
      },
    })
    const request = post(body, { 'content-type': 'multipart/form-data; boundary=b' })
    expect(await read(request)).toMatchObject({ files: [['a', '1']], problem: 'report.uploadBroken' })
  })

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data', 'image/png'])(
    'is refused as %s',
    (type) => {
      expect(() => new Upload(post('x', { 'content-type': type }))).toThrow('report.uploadType')
    },
  )
})
