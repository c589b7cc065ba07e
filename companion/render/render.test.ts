import { describe, expect, test } from 'vitest'
import { containerNode, containerOptions } from '@/companion/container-node'
import { nativeNode } from '@/companion/native/addresses'
import { readTemplates } from '@/companion/templates'
import { renderDns, renderLabUpdate, renderZones, type LabDns } from './dns'
import { renderDovecot } from './dovecot'
import type { RenderedFile } from './rendered'
import { renderSmtp } from './smtp'
import { fillTemplate } from './template'

const templates = readTemplates()
const dir = '/var/lib/posthouse/node'

/** All files of a node in one text, as a reviewer reads them. */
const joined = (files: readonly RenderedFile[]) =>
  files.map(({ path, text, mode }) => `==> ${path} (${mode.toString(8)})\n${text}`).join('\n')

const production = containerNode(
  containerOptions.parse({
    role: 'smtp',
    name: 'mx1',
    'host-name': 'mx1.example.org',
    listen: '0.0.0.0',
    'public-address': '203.0.113.5, 2001:db8::5',
    quota: '127.0.0.1:2425',
  }),
)
const lab = nativeNode('probe', 'mx.probe.test', ['smtp', 'imap'], '/var/lib/posthouse/1')
const imap = containerNode(
  containerOptions.parse({ role: 'imap', name: 'imap1', 'host-name': 'imap1.example.org', listen: '127.0.0.1' }),
)

describe('renders the base configuration', () => {
  test('of a node of role smtp', async () => {
    const files = [...renderSmtp(templates, production, dir), ...renderDovecot(templates, production, dir)]
    await expect(joined(files)).toMatchFileSnapshot('golden/smtp')
  })

  test('of a node of role imap', async () => {
    await expect(joined(renderDovecot(templates, imap, dir))).toMatchFileSnapshot('golden/imap')
  })

  test('of a node of both roles in the lab', async () => {
    const files = [...renderSmtp(templates, lab, dir), ...renderDovecot(templates, lab, dir)]
    await expect(joined(files)).toMatchFileSnapshot('golden/lab')
  })

  test('of the lab’s DNS', async () => {
    const dns: LabDns = {
      authority: '127.1.2.54',
      resolver: '127.1.2.53',
      port: 5354,
      nameServer: 'ns1.posthouse.test',
      tsig: { name: 'panel', algorithm: 'hmac-sha256', secret: 'c2VjcmV0' },
    }
    const files = [...renderDns(templates, dns, dir), ...renderZones(templates, dns)]
    const update = renderLabUpdate(dns, [
      { name: 'mx1.posthouse.test.', type: 'A', data: '127.1.2.10' },
      { name: '10.2.1.127.in-addr.arpa.', type: 'PTR', data: 'mx1.posthouse.test.' },
    ])
    await expect(`${joined(files)}\n==> nsupdate\n${update}`).toMatchFileSnapshot('golden/dns')
  })
})

test('never permits a client for its address, whatever the node', () => {
  for (const config of [production, lab]) {
    const text = joined(renderSmtp(templates, config, dir)).replaceAll(/^#.*$/gm, '')
    expect(text).not.toContain('permit_mynetworks')
    expect(/^mynetworks = .*$/m.exec(text)?.[0]).toBe('mynetworks = 127.0.0.0/8 [::1]/128')
  }
})

describe('a template', () => {
  test('takes no value that starts a line of its own', () => {
    expect(() => fillTemplate('a = {{x}}', { x: 'b\nc = d' })).toThrow('unsafe value for x')
    expect(() => fillTemplate('{{x}}', { x: ['b', 'c\r'] })).toThrow('unsafe value for x')
  })

  test('needs a value for each placeholder', () => {
    expect(() => fillTemplate('a = {{x}} {{y}}', { x: '' })).toThrow('no value for the placeholder y')
    expect(() => fillTemplate('a = {{x}} b', { x: ['list'] })).toThrow('no value for the placeholder x')
  })

  test('drops the line of an empty list', () => {
    expect(fillTemplate('a\n  {{x}}\nb', { x: [] })).toBe('a\nb')
    expect(fillTemplate('a\n  {{x}}\nb', { x: ['c', 'd'] })).toBe('a\n  c\n  d\nb')
  })
})
