import { mergeConfig, defineConfig } from 'vitest/config'
import vite from './vite.config.ts'

export default mergeConfig(
  vite,
  defineConfig({
    test: { environment: 'jsdom', include: ['test/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
  }),
)
