import type { NextConfig } from 'next'
import createNextIntlPlugin from 'next-intl/plugin'

const config: NextConfig = {
  // A build never touches the folder that a running panel serves from.
  distDir: process.env.POSTHOUSE_DIST_DIR ?? '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm test` checks types over the whole tree; a start on a fresh machine does not wait for it again.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['@node-rs/argon2', 'pino', 'pg', 'mailauth', 'rate-limiter-flexible', 'next-auth'],
  // With strictRouteTypes Next leaves the includes of tsconfig.json alone, whatever folder it builds into.
  experimental: { serverActions: { bodySizeLimit: '1mb' }, strictRouteTypes: true },
}

export default createNextIntlPlugin('./lib/http/i18n.ts')(config)
