import { z } from 'zod'

export const MIN_PASSWORD_LENGTH = 12

/** An administrator's e-mail address: his name at sign-in. Any address of the world, in lower case. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'auth.emailMalformed')
  .pipe(z.email('auth.emailMalformed'))

/** A new password. Length is the only rule (NIST SP 800-63B §3.1.1.2). */
export const newPasswordSchema = z.string().min(MIN_PASSWORD_LENGTH, 'auth.passwordShort').max(256, 'auth.passwordLong')

const repeated = <T extends { password: string; passwordAgain: string }>(input: T): boolean =>
  input.password === input.passwordAgain

export const signInSchema = z.object({ email: z.string().max(254), password: z.string().min(1).max(1024) })

export const setupSchema = z
  .object({
    token: z.string().max(200),
    name: z.string().trim().min(1, 'auth.nameEmpty').max(100, 'auth.nameLong'),
    email: emailSchema,
    password: newPasswordSchema,
    passwordAgain: z.string().max(1024),
  })
  .refine(repeated, { path: ['passwordAgain'], message: 'auth.passwordsDiffer' })
export type SetupInput = z.infer<typeof setupSchema>

export const changePasswordSchema = z
  .object({
    currentPassword: z.string().min(1, 'auth.passwordEmpty').max(1024),
    password: newPasswordSchema,
    passwordAgain: z.string().max(1024),
  })
  .refine(repeated, { path: ['passwordAgain'], message: 'auth.passwordsDiffer' })
export type ChangePasswordInput = z.infer<typeof changePasswordSchema>

export const revokeSessionSchema = z.object({ session: z.uuid('auth.sessionMissing') })
export type RevokeSessionInput = z.infer<typeof revokeSessionSchema>
