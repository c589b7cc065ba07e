import { describe, expect, test } from 'vitest'
import { namesInPolicy, policyText } from './autostart.mjs'
import { readPlan } from './debian.mjs'

describe('what apt would do', () => {
  test('tells what is new from what is there and would get a newer version', () => {
    const plan = readPlan(`Reading package lists...
The following NEW packages will be installed:
  bind9-dnsutils
Remv exim4-base [4.96-15] [exim4-daemon-light:amd64 ]
Inst bind9 [1:9.18.24-1] (1:9.18.49-1~deb12u1 Debian-Security:12/oldstable-security [amd64]) []
Inst bind9-dnsutils (1:9.18.49-1~deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf bind9 (1:9.18.49-1~deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf bind9-dnsutils (1:9.18.49-1~deb12u1 Debian-Security:12/oldstable-security [amd64])
`)
    expect(plan).toEqual({ installs: ['bind9-dnsutils'], upgrades: ['bind9'], removes: ['exim4-base'] })
  })
})

describe('the policy by which nothing starts itself', () => {
  test('gives back the packages it was made for', () => {
    const text = policyText(['unbound', 'libunbound8'])
    expect(text.split('\n')).toContain('exit 101')
    expect(namesInPolicy(text)).toEqual(['unbound', 'libunbound8'])
  })

  test("is told from somebody else's", () => {
    expect(namesInPolicy('#!/bin/sh\n# installs nothing\nexit 101\n')).toEqual([])
  })
})
