import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runningPostgres, startPostgres, stopPostgres } from './postgres.mjs'

const password = 'p'
let state = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'posthouse-postgres-'))
  chmodSync(state, 0o755)
  mkdirSync(join(state, 'logs'))
})
afterEach(async () => {
  const server = runningPostgres(state)
  if (server) await stopPostgres(server)
  rmSync(state, { recursive: true, force: true })
})

async function ask(config, sql) {
  const client = new pg.Client(config)
  await client.connect()
  try {
    return (await client.query(sql)).rows[0]
  } finally {
    await client.end()
  }
}

it('keeps its data, is adopted while it runs, and answers on a port and on a socket', async () => {
  const server = await startPostgres({ state, password, isThrowaway: true })
  await ask(server.url, 'create table kept as select 1 as one')
  const again = await startPostgres({ state, password, isThrowaway: true })
  expect(again).toMatchObject({ pid: server.pid, url: server.url, isAdopted: true })
  await stopPostgres(server)
  expect(runningPostgres(state)).toBeNull()
  const later = await startPostgres({ state, password, isThrowaway: true })
  expect(later.isAdopted).toBe(false)
  expect(await ask(later.url, 'select one from kept')).toEqual({ one: 1 })
  const socket = {
    host: join(state, 'postgres', 'run'),
    port: later.port,
    user: 'posthouse',
    password,
    database: 'posthouse',
  }
  expect(await ask(socket, 'select one from kept')).toEqual({ one: 1 })
  await expect(ask({ ...socket, password: 'wrong' }, 'select 1')).rejects.toThrow(/password authentication failed/)
}, 30_000)

it('says in one line that the data are of another version, and touches nothing', async () => {
  mkdirSync(join(state, 'postgres', 'data'), { recursive: true })
  writeFileSync(join(state, 'postgres', 'data', 'PG_VERSION'), '14\n')
  await expect(startPostgres({ state, password })).rejects.toThrow(/is of Postgres 14, this Posthouse brings 18/)
  expect(readdirSync(join(state, 'postgres', 'data'))).toEqual(['PG_VERSION'])
  expect(existsSync(join(state, 'run'))).toBe(false)
})
