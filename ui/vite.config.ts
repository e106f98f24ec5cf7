import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import elementStyles from 'unplugin-element-plus/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue(), elementStyles({})],
  publicDir: fileURLToPath(new URL('../assets/icons', import.meta.url)),
  resolve: {
    alias: {
      '@': fileURLToPath(new URL('./src', import.meta.url)),
      '@manual': fileURLToPath(new URL('../docs/manual', import.meta.url)),
      '@strings': fileURLToPath(new URL('../assets/strings', import.meta.url)),
    },
  },
  define: {
    // Messages are plain sentences with {names}; nothing else of vue-i18n is used.
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_OPTIONS_API__: true,
    __VUE_PROD_DEVTOOLS__: false,
  },
  build: {
    target: ['safari16', 'chrome100'],
    // A strict CSP allows no inline script or style, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
  },
  server: { fs: { allow: ['..'] } },
})
