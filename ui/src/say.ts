// What the core said, in the reader's language. Chinese sentences come ready-made from the core (with
// their figures filled in); English ones are looked up by code.
import type { ApiError, FindingView } from '@/api'
import { Failure } from '@/api'
import { known, locale, t } from './i18n'

/** The sentence for a failure: what happened, what is safe, what to do next. */
export function failure(error: unknown): string {
  if (!(error instanceof Failure) && !isApiError(error)) return t('ui.failure.unknown')
  if (locale.value === 'zh-CN' && error.message) return error.message
  for (const family of ['error', 'refusal']) {
    const key = `${family}.${error.code}`
    if (known(key)) return t(key, error.values)
  }
  return error.message || t('ui.failure.unknown')
}

/** A coded sentence of the core that is no failure: Chinese as it came, else by its code. */
export function sayCoded(said: { code: string; message: string }): string {
  const key = `error.${said.code}`
  return locale.value === 'zh-CN' || !known(key) ? said.message : t(key)
}

/** The technical line under it, when there is one. */
export function failureDetail(error: unknown): string | undefined {
  if (!(error instanceof Failure) && !isApiError(error)) return undefined
  return error.detail ? `${error.code} · ${error.detail}` : error.code
}

function isApiError(error: unknown): error is ApiError {
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error
}

export function finding(found: FindingView): string {
  const key = `finding.${found.rule}`
  if (locale.value === 'zh-CN' || !known(key)) return found.sentence
  return t(key, found.values)
}
