import { fileURLToPath } from 'node:url'
import { linguiTransformerBabelPreset } from '@lingui/vite-plugin'
import babel from '@rolldown/plugin-babel'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { wordsOfEachApplication } from './words-plugin.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** PROXIED is what `npm run web` leaves to a server that runs beside it, at IMEIGATE_URL. */
const PROXIED = ['/api', '/openapi.json', '/openapi-operator.json', '/openapi-portal.json', '/docs', '/brand']
const target = process.env['IMEIGATE_URL'] ?? 'http://127.0.0.1:8080'

// Lingui's parts look for it from where the process was started.
process.env['LINGUI_CONFIG'] = here('lingui.config.ts')
// It recommends a transformer of its own, a binary that npm leaves out where it runs on an older Node; Babel's runs anywhere.
process.env['LINGUI_SUPPRESS_BABEL_WARNING'] = '1'

export default defineConfig({
  root: here('.'),
  plugins: [wordsOfEachApplication(), babel({ presets: [linguiTransformerBabelPreset()] }), react()],
  // The server puts a fresh nonce in place of this text into each page (src/protocols/pages).
  html: { cspNonce: 'NONCE' },
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    // What is written into a page as data: URLs would count against the first load of everybody.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The test of sizes reads from it what each page loads.
    manifest: 'manifest.json',
    rolldownOptions: {
      input: { gate: here('gate.html'), console: here('console.html'), portal: here('portal.html') },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(PROXIED.map((path) => [path, { target, changeOrigin: false }])),
  },
})
