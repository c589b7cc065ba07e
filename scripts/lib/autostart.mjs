import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { call } from './debian-call.mjs'
import { complaint } from './say.mjs'

const POLICY = '/usr/sbin/policy-rc.d'
const MARK = '# Posthouse installs: '

/** The policy by which nothing may start itself; it bears the packages it was made for. */
export function policyText(names) {
  return `#!/bin/sh\n${MARK}${names.join(' ')}\nexit 101\n`
}

/** The packages that a policy of ours was made for; none for somebody else's. */
export function namesInPolicy(text) {
  const line = text.split('\n').find((candidate) => candidate.startsWith(MARK))
  return line ? line.slice(MARK.length).split(' ').filter(Boolean) : []
}

/** Packages that an installation had in hand when it was killed: its policy is still there. */
export function packagesLeftInHand() {
  return existsSync(POLICY) ? namesInPolicy(readFileSync(POLICY, 'utf8')) : []
}

/** Units and boot scripts that a package brings and that can be enabled. */
function unitsOf(name) {
  const files = call('dpkg', ['-L', name]).stdout.split('\n')
  const unit = /\/systemd\/system\/([^/@]+\.(?:service|socket|timer|path))$/
  return {
    units: files.flatMap((file) => unit.exec(file)?.[1] ?? []),
    scripts: files.flatMap((file) => /^\/etc\/init\.d\/([^/]+)$/.exec(file)?.[1] ?? []),
  }
}

/** Takes what was just installed out of the machine's boot: it is ours to start. Says what stays enabled. */
function disableAtBoot(names) {
  const disable = (command, args, options) => {
    const { status, stderr, error } = call(command, args, options)
    if (status !== 0) console.error(`  ${args[0]} stays enabled at boot: ${complaint(stderr || String(error))}`)
  }
  for (const name of names) {
    const { units, scripts } = unitsOf(name)
    // The helper wants to be called by a package's own script, and keeps its books by that package.
    const env = { DPKG_MAINTSCRIPT_PACKAGE: name }
    for (const unit of units) {
      disable('deb-systemd-helper', ['disable', unit], { env })
      if (existsSync('/run/systemd/system')) call('systemctl', ['disable', '--now', unit])
    }
    for (const script of scripts) disable('update-rc.d', [script, 'disable'])
  }
}

/**
 * Lets nothing that gets installed start itself, now or at boot. Gives the function that ends this and takes `names` out
 * of the machine's boot. When this process exits before, that is done then; when it is killed, the next installation does
 * it by {@link packagesLeftInHand}.
 */
export function keepFromStarting(names) {
  const isOurs = !existsSync(POLICY) || packagesLeftInHand().length > 0
  if (isOurs) writeFileSync(POLICY, policyText(names), { mode: 0o755 })
  const finish = () => {
    process.off('exit', finish)
    disableAtBoot(names)
    if (isOurs) rmSync(POLICY, { force: true })
  }
  process.once('exit', finish)
  return finish
}
