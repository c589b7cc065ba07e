import { expect, it } from 'vitest'
import { readForm, withoutSecrets } from '@/lib/http/form-data'

it('reads single texts, lists and nothing of the framework', () => {
  const form = new FormData()
  form.append('$ACTION_ID_1', 'x')
  form.append('name', 'one')
  form.append('name', 'two')
  form.append('services[]', '')
  form.append('services[]', 'imap')
  form.append('services[]', 'pop3')
  form.append('file', new File(['x'], 'x.txt'))
  expect(readForm(form)).toEqual({ name: 'two', services: ['imap', 'pop3'] })
})

it('never gives a password or token back to the browser', () => {
  const typed = {
    email: 'a@b.example',
    password: 'x',
    passwordAgain: 'x',
    currentPassword: 'x',
    token: 'x',
    tsigSecret: 'x',
  }
  expect(withoutSecrets(typed)).toEqual({ email: 'a@b.example' })
})
