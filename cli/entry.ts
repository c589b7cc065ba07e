import { main } from '@/cli/main'

const code = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
})
// Connections to the database would keep the process; what was written goes out first.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
process.exit(code)
