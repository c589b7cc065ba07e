import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SmtpDialogue } from '@/companion/smtp-dialogue'
import { putMapEntries } from '@/companion/stores'
import { addDkimKey, addDomain, addMailbox, delivered, startStack, type TestStack } from '@/companion/testing'

let stack: TestStack
let password: string

beforeAll(async () => {
  stack = await startStack()
  for (const domain of ['a.test', 'b.test', 'unsigned.test']) await addDomain(stack, domain)
  password = await addMailbox(stack, 'alice@a.test')
  await addMailbox(stack, 'carol@a.test')
  await addMailbox(stack, 'bob@b.test')
  await addMailbox(stack, "o'brien@a.test")
  await putMapEntries(stack.nodes.mx1.paths, 'senders', {
    'shared@b.test': 'bob@b.test,alice@a.test',
    "o'brien@a.test": "o'brien@a.test,alice@a.test",
    '@unsigned.test': 'alice@a.test',
    'named@unsigned.test': 'bob@b.test',
  })
  await addDkimKey(stack, 'a.test', 's1')
  await addDkimKey(stack, 'b.test', 's1')
})
afterAll(() => stack.end())

/** Submits from an address that no list of inner hosts holds. `fields` are raw header lines. */
async function submit(fields: string, envelopeFrom = 'alice@a.test', subject = ''): Promise<string> {
  const dialogue = await SmtpDialogue.open(stack.nodes.mx1.config.smtpBindAddress, 2587, '127.66.6.6')
  try {
    await dialogue.say('EHLO client.test')
    await dialogue.startTls()
    expect(await dialogue.login('alice@a.test', password)).toMatch(/^235/)
    const rest = `To: any@probe.test\nSubject: ${subject}\nDate: Sun, 22 Nov 2026 16:00:00 +0000\nMessage-ID: <${Math.random()}@x.test>\n`
    return await dialogue.send(envelopeFrom, 'any@probe.test', `${fields}\n${rest}\nText\n`)
  } finally {
    dialogue.close()
  }
}

describe('tenant A cannot obtain a signature of tenant B', () => {
  test.each([
    ['an address of another tenant', 'From: bob@b.test'],
    ['with the own name before it', 'From: Alice <bob@b.test>'],
    ['another user of the own domain', 'From: carol@a.test'],
    ['own address as display name', 'From: "alice@a.test" <bob@b.test>'],
    ['own address as an encoded display name', 'From: =?utf-8?q?alice=40a.test?= <bob@b.test>'],
    ['an encoded address', 'From: =?utf-8?q?bob=40b.test?='],
    ['two addresses, the second foreign', 'From: alice@a.test, bob@b.test'],
    ['two addresses, the first foreign', 'From: bob@b.test, alice@a.test'],
    ['two From fields, the second foreign', 'From: alice@a.test\nFrom: bob@b.test'],
    ['two From fields, the first foreign', 'From: bob@b.test\nFrom: alice@a.test'],
    ['two own From fields', 'From: alice@a.test\nFrom: alice@a.test'],
    ['a From field in capitals beside the own', 'From: alice@a.test\nFROM: bob@b.test'],
    ['a space before the colon', 'X-First: line\nFrom : bob@b.test'],
    ['a space before the colon beside the own', 'From: alice@a.test\nFrom : bob@b.test'],
    ['an empty From field', 'From:'],
    ['an empty address', 'From: <>'],
    ['a comment that holds the own address', 'From: bob@b.test (alice@a.test)'],
    ['a comment within the address', 'From: alice(@a.test)@b.test'],
    ['the own address within a comment before it', 'From: (alice@a.test) <bob@b.test>'],
    ['a group', 'From: friends: bob@b.test;'],
    ['a group around the own address', 'From: friends: alice@a.test;'],
    ['an empty group', 'From: nobody:;'],
    ['a quoted local part', 'From: "alice@a.test"@b.test'],
    ['a quoted own local part', 'From: "alice"@a.test'],
    ['an escaped quote', 'From: "x\\" <alice@a.test>" <bob@b.test>'],
    ['a quote that is not closed', 'From: "alice <alice@a.test>, <bob@b.test>'],
    ['two addresses in angle brackets', 'From: <alice@a.test> <bob@b.test>'],
    ['nested angle brackets', 'From: <alice@a.test<bob@b.test>>'],
    ['text behind the brackets', 'From: <alice@a.test> bob@b.test'],
    ['a source route', 'From: <@b.test:alice@a.test>'],
    ['a source route to another', 'From: <@a.test:bob@b.test>'],
    ['a semicolon', 'From: alice@a.test; bob@b.test'],
    ['a domain literal', 'From: alice@[127.0.0.1]'],
    ['two at signs', 'From: alice@a.test@b.test'],
    ['a space within the address', 'From: alice @a.test'],
    ['a folded foreign address', 'From:\n bob@b.test'],
    ['a fold within the address', 'From: bob@\n b.test'],
    ['a dot at the end of the domain', 'From: bob@b.test.'],
    ['a tag of another', 'From: bob+alice@b.test'],
    ['a foreign address outside', 'From: ceo@bank.example'],
    ['a foreign address in capitals', 'From: BOB@B.TEST'],
    ['a Sender of another tenant', 'From: alice@a.test\nSender: bob@b.test'],
    ['two Sender fields', 'From: alice@a.test\nSender: alice@a.test\nSender: bob@b.test'],
    ['a Sender with two addresses', 'From: alice@a.test\nSender: alice@a.test, alice@a.test'],
    ['a carriage return within the field', 'From: alice@a.test\r\rFrom: bob@b.test'],
    ['a semicolon of the shell', "From: <';touch${IFS}/tmp/owned;'@b.test>"],
    ['a substitution of the shell', 'From: <$(touch)@b.test>'],
    ['an address below a granted domain that is named for another', 'From: named@unsigned.test'],
    ['a very long field', `From: ${'x'.repeat(6000)} <alice@a.test>`],
    ['more addresses than anybody needs', `From: ${Array.from({ length: 11 }, () => 'alice@a.test').join(', ')}`],
  ])('refuses %s', async (_, fields) => {
    expect(await submit(fields)).toMatch(/^550 5\.7\.1 /)
  })

  test('says which field is at fault', async () => {
    expect(await submit('From: bob@b.test')).toContain('the address in From or Sender is not yours to send as')
  })

  test.each([
    ['the own address', 'From: alice@a.test'],
    ['a display name', 'From: Alice A. <alice@a.test>'],
    ['a quoted display name with syntax in it', 'From: "A, B: (C) @d" <alice@a.test>'],
    ['an encoded display name', 'From: =?utf-8?b?w4lsYQ==?= <alice@a.test>'],
    ['capitals', 'From: Alice@A.Test'],
    ['a tag', 'From: alice+news@a.test'],
    ['a folded field', 'From: Alice\n <alice@a.test>'],
    ['a granted address', 'From: shared@b.test'],
    ['a granted domain', 'From: whoever@unsigned.test'],
    ['a local part with a quote mark', "From: o'brien@a.test"],
    ['two own addresses with a Sender', 'From: alice@a.test, shared@b.test\nSender: alice@a.test'],
  ])('takes %s', async (_, fields) => {
    expect(await submit(fields)).toMatch(/^250 2\.0\.0/)
  })

  test('lets a message without From go without an author and without a signature', async () => {
    expect(await submit('X-Nothing: here', 'alice@a.test', 'nobody wrote this')).toMatch(/^250/)
    const message = await delivered(stack, 'probe', 'nobody wrote this')
    expect(message).not.toMatch(/^From:/m)
    expect(message).not.toContain('DKIM-Signature:')
  })

  test('signs what it takes, with the key of the domain in From alone', async () => {
    expect(await submit('From: alice@a.test', 'alice@a.test', 'signed one')).toMatch(/^250/)
    const signed = await delivered(stack, 'probe', 'signed one')
    expect(signed.match(/^DKIM-Signature:/gm)).toHaveLength(1)
    expect(signed).toContain('d=a.test; s=s1')
    expect(signed).toContain('dkim=pass')

    expect(await submit('From: whoever@unsigned.test', 'alice@a.test', 'unsigned one')).toMatch(/^250/)
    expect(await delivered(stack, 'probe', 'unsigned one')).not.toContain('DKIM-Signature:')
  })
})

test('an envelope sender of another is refused before the message', async () => {
  expect(await submit('From: alice@a.test', 'bob@b.test')).toMatch(/^553 5\.7\.1/)
})

test('keeps its speed with several senders at a time', async () => {
  const began = performance.now()
  const answers = await Promise.all(Array.from({ length: 20 }, () => submit('From: alice@a.test')))
  expect(answers.every((answer) => answer.startsWith('250'))).toBe(true)
  expect((performance.now() - began) / 20).toBeLessThan(500)
})

test('asks the client to wait when the senders cannot be looked up', async () => {
  // Last: it takes the map away. Postfix keeps the file open and so passes the envelope sender.
  renameSync(join(stack.nodes.mx1.paths.maps, 'senders.lmdb'), join(stack.nodes.mx1.paths.maps, 'gone.lmdb'))
  expect(await submit('From: alice@a.test')).toMatch(/^4\d\d /)
})
