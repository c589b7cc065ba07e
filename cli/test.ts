import { setTimeout } from 'node:timers/promises'
import { readArgs } from '@/cli/args'
import type { Io } from '@/cli/command'
import { parseInput } from '@/cli/input'
import { systemActor } from '@/lib/auth/actor'
import { listProbes, requireTest } from '@/lib/deliverability/queries'
import { requestTestSchema } from '@/lib/deliverability/schema'
import { requestTest } from '@/lib/deliverability/service'
import { AppError } from '@/lib/errors/app-error'

const actor = systemActor('command line')
const PATIENCE_MILLISECONDS = 180_000

/** `posthouse test <domain>`: asks the worker, waits, tells; exit code 0 where it is proven. */
export async function test(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs(
    args,
    { probe: { type: 'string' }, json: { type: 'boolean' } },
    { least: 1, most: 1 },
  )
  const probe = values.probe ?? (await listProbes(actor))[0]?.name
  if (probe === undefined) throw new AppError('INVALID', 'test.noProbe', { name: '' })
  const { result } = await requestTest(actor, parseInput(requestTestSchema, { domain: positionals[0], probe }))
  const until = Date.now() + PATIENCE_MILLISECONDS
  let told = 0
  for (;;) {
    const row = await requireTest(actor, result.id)
    const done = row.result.steps.filter((step) => step.state !== 'running')
    for (const step of done.slice(told))
      if (!values.json) io.out(`${step.name}\t${step.state}\t${step.milliseconds} ms\t${step.words}\n`)
    told = done.length
    if (row.finishedAt !== null) {
      io.out(
        values.json
          ? `${JSON.stringify({ state: row.state, grade: row.grade, isStandIn: row.probe.isStandIn, ...row.result })}\n`
          : `${row.state}\t${row.result.verdict.join(', ')} (${row.grade}${row.probe.isStandIn ? ', by a stand-in' : ''})\n`,
      )
      return row.state === 'passed' ? 0 : 1
    }
    if (Date.now() > until) throw new AppError('UNAVAILABLE', 'test.noWorker')
    await setTimeout(300)
  }
}
