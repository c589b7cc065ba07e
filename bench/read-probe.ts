import { readFileSync } from 'node:fs'
import { readReportFile } from '@/lib/dmarc/read-file'

// Reads one file in a process of its own and says what that took of the processor and of memory.
const now = Date.now()
await readReportFile(Buffer.from('<warm/>'), { now })
const bytes = readFileSync(process.argv[2] ?? '')
const before = process.resourceUsage().maxRSS
const start = process.cpuUsage()
const { state } = await readReportFile(bytes, { now })
const { user, system } = process.cpuUsage(start)
const growth = (process.resourceUsage().maxRSS - before) / 1024
console.log(JSON.stringify({ state, milliseconds: (user + system) / 1000, growth }))
