import { main } from '@/cli/main'

/** The process behind bin/posthouse: hands its words to the command and leaves with its exit code. */
const code = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
})
// An open pool of database connections would keep the process for seconds.
process.exit(code)
