import './globals.css'
import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import { ThemeProvider } from 'next-themes'
import type { ReactNode } from 'react'
import { Shell } from '#components/chat/shell.tsx'
import { Sidebar } from '#components/sessions/sidebar.tsx'
import { Toaster } from '#components/ui/toaster.tsx'
import { loadSessions } from '#lib/server/page-data.ts'

export const metadata: Metadata = {
  title: { default: 'motorhead-chat', template: '%s · motorhead-chat' },
  description: 'A chat that remembers.',
  applicationName: 'motorhead-chat',
  appleWebApp: { title: 'motorhead-chat', statusBarStyle: 'default' },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#181816' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [requested, sessions] = await Promise.all([headers(), loadSessions()])
  const nonce = requested.get('x-nonce') ?? undefined
  return (
    // next-themes sets the theme's class before React hydrates.
    <html lang="en" suppressHydrationWarning className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body className="bg-canvas font-sans text-ink antialiased">
        <ThemeProvider attribute="class" disableTransitionOnChange {...(nonce && { nonce })}>
          <Shell sidebar={<Sidebar initial={sessions} now={Date.now()} />} sessions={sessions}>
            {children}
          </Shell>
          <Toaster />
        </ThemeProvider>
      </body>
    </html>
  )
}
