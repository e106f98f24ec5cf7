// Two languages from the files that Rust reads too. Chinese is always loaded, English on demand.
import { createI18n } from 'vue-i18n'
import type { Ref } from 'vue'
import zh from '@strings/zh-CN.json'

export type Language = 'zh-CN' | 'en'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  flatJson: true,
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
  messages: { 'zh-CN': zh as Record<string, string> },
})

export const locale = i18n.global.locale as unknown as Ref<Language>

export function t(key: string, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, values)
}

/** A word that becomes part of a record: records are Chinese, whatever language the screen speaks. */
export function inChinese(key: string): string {
  return i18n.global.t(key, {}, { locale: 'zh-CN' })
}

/** True when a sentence exists for the key, in either language. */
export function known(key: string): boolean {
  return i18n.global.te(key) || i18n.global.te(key, 'zh-CN')
}

export async function speak(language: Language): Promise<void> {
  if (language === 'en' && !i18n.global.availableLocales.includes('en' as never)) {
    const en = await import('@strings/en.json')
    i18n.global.setLocaleMessage('en', en.default as never)
  }
  locale.value = language
  document.documentElement.lang = language
}
