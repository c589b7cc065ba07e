/**
 * Prints .env.example with every empty secret filled in anew, for a new .env. Needs no packages: it runs in a bare Node
 * image before anything is built.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { workerPublicKey } from '../scripts/lib/secrets.mjs'

const secret = () => randomBytes(32).toString('base64url')
const workerSecret = secret()
const made = {
  POSTHOUSE_SECRET: secret(),
  POSTHOUSE_WORKER_SECRET: workerSecret,
  POSTHOUSE_WORKER_PUBLIC_KEY: workerPublicKey(workerSecret),
  POSTHOUSE_DB_PASSWORD: secret(),
  POSTHOUSE_LAB_TSIG: randomBytes(32).toString('base64'),
}
const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
process.stdout.write(example.replace(/^(\w+)=$/gm, (line, name) => `${line}${made[name] ?? ''}`))
