import type { MetadataRoute } from 'next'

/** With it the chat installs as an app of its own. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: '/',
    name: 'motorhead-chat',
    short_name: 'motorhead',
    description: 'A chat that remembers.',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#ffffff',
    theme_color: '#ffffff',
    icons: [
      { src: '/icons/192.png', sizes: '192x192', type: 'image/png' },
      { src: '/icons/512.png', sizes: '512x512', type: 'image/png' },
      { src: '/icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
    shortcuts: [
      { name: 'New chat', url: '/' },
      { name: 'Temporary chat', url: '/?temporary' },
    ],
  }
}
