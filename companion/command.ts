import { execFile } from 'node:child_process'

/**
 * Runs a program to its end and returns what it wrote to standard output. Rejects with its own words when its exit code
 * is not 0 or it takes longer than `timeoutMs`.
 */
export function runCommand(
  file: string,
  args: readonly string[],
  options: { input?: string; timeoutMs?: number; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      [...args],
      { timeout: options.timeoutMs ?? 20_000, killSignal: 'SIGKILL', cwd: options.cwd, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout)
        const words = `${stderr}${stdout}`.trim()
        reject(new Error(`${file} ${args[0] ?? ''} failed: ${words || error.message}`, { cause: error }))
      },
    )
    // A program that ends without reading all of its input says why by its exit code; the broken pipe adds nothing.
    child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error)
    })
    child.stdin?.end(options.input ?? '')
  })
}
