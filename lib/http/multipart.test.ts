import { describe, expect, it } from 'vitest'
import { formBoundary, formParts, MultipartBroken } from '@/lib/http/multipart'

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size))
}

async function read(text: string, size = 7): Promise<[string, string | null, string][]> {
  const parts: [string, string | null, string][] = []
  for await (const { name, fileName, body } of formParts(inChunks(text, size), 'b')) {
    const pieces: Buffer[] = []
    for await (const piece of body) pieces.push(piece)
    parts.push([name, fileName, Buffer.concat(pieces).toString('utf8')])
  }
  return parts
}

const part = (disposition: string, body: string) =>
  `--b\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${body}\r\n`

describe('a form in parts', () => {
  it('is read as a browser writes it', async () => {
    const form = new FormData()
    form.set('back', '/reports')
    form.append('file', new File(['one\r\n--not the boundary'], 'Zoé "1".xml'))
    const request = new Request('http://x.test/', { method: 'POST', body: form })
    const boundary = formBoundary(request.headers.get('content-type') ?? '') ?? ''
    const parts = []
    for await (const { name, fileName, body } of formParts(request.body ?? inChunks('', 1), boundary)) {
      let text = ''
      for await (const piece of body) text += piece.toString()
      parts.push([name, fileName, text])
    }
    expect(parts).toEqual([
      ['back', null, '/reports'],
      ['file', 'Zoé "1".xml', 'one\r\n--not the boundary'],
    ])
  })

  it.each([1, 2, 3, 5, 1000])('is the same in chunks of %i bytes', async (size) => {
    const text = `preamble\r\n${part('name="a"', 'x\r\n--')}${part('name=file; filename="q\\"q"', 'ab\r\n-')}--b  \r\nContent-disposition: form-data; name="e"; filename=""\r\n\r\n\r\n--b--\r\nepilogue`
    expect(await read(text, size)).toEqual([
      ['a', null, 'x\r\n--'],
      ['file', 'q"q', 'ab\r\n-'],
      ['e', '', ''],
    ])
  })

  it('goes on where a body is not read', async () => {
    const names: string[] = []
    const text = `${part('name="a"', 'x'.repeat(100))}${part('name="b"', 'y')}--b--`
    for await (const { name } of formParts(inChunks(text, 10), 'b')) names.push(name)
    expect(names).toEqual(['a', 'b'])
  })

  it.each([
    ['without an end', part('name="a"', 'x')],
    ['cut in a body', `${part('name="a"', 'x')}--b\r\nContent-Disposition: form-data; name="b"\r\n\r\nhal`],
    ['cut in a header', `${part('name="a"', 'x')}--b\r\nContent-Disp`],
    ['of another boundary', part('name="a"', 'x').replaceAll('--b', '--c')],
    ['with a part without a name', '--b\r\nContent-Type: text/xml\r\n\r\nx\r\n--b--'],
    ['with text after a boundary', '--bx\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--'],
    ['with an endless header', `--b\r\nX: ${'x'.repeat(20_000)}\r\n\r\n\r\n--b--`],
    ['that is empty', ''],
  ])('is refused %s', async (_what, text) => {
    await expect(read(text, 100)).rejects.toBeInstanceOf(MultipartBroken)
  })

  it('gives the parts before the place where it breaks', async () => {
    const names: string[] = []
    const reading = async () => {
      for await (const { name } of formParts(inChunks(`${part('name="a"', 'x')}--b\r\nContent-Disp`, 9), 'b'))
        names.push(name)
    }
    await expect(reading()).rejects.toBeInstanceOf(MultipartBroken)
    expect(names).toEqual(['a'])
  })
})

describe('the boundary', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
    ['multipart/form-data', null],
    ['multipart/mixed; boundary=abc', null],
    ['application/xml', null],
  ])('of %s is %s', (type, boundary) => {
    expect(formBoundary(type)).toBe(boundary)
  })
})
