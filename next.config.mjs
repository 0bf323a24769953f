import { SECURITY_HEADERS } from './lib/server/security-headers.ts'

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  reactStrictMode: true,
  // `npm run types` checks them, tests included; a build must not fail on a test's type.
  typescript: { ignoreBuildErrors: true },
  // Its main file requires an adapter for each database that it can count in; a bundle would hold them all.
  serverExternalPackages: ['rate-limiter-flexible'],
  // A page that was fetched when the pointer came near its link is shown at once, if that was just now.
  experimental: { staleTimes: { dynamic: 0, static: 30 } },
  // The policy for scripts differs by request: see proxy.ts.
  headers: async () => [
    {
      source: '/:path*',
      headers: Object.entries(SECURITY_HEADERS).map(([key, value]) => ({ key, value })),
    },
  ],
}
