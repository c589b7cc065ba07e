import { spawnSync } from 'node:child_process'

/** After a plain `su` root's path is a user's, without the folders of the system's own programs. */
const PATH = [process.env.PATH ?? '/usr/bin:/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(':')

/** The environment for Debian's own programs: no questions, English words. */
export const debianEnvironment = { ...process.env, PATH, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }

/** Runs one of Debian's programs to its end and gives its status and what it wrote. Never throws. */
export function call(command, args, { input, env } = {}) {
  return spawnSync(command, args, { encoding: 'utf8', env: { ...debianEnvironment, ...env }, input })
}
