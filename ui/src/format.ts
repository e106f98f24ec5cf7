// Dates, sizes and numbers as the reader writes them. Every time is shown as Beijing time, whatever
// the laptop's own zone is set to: an officer's record has one clock.
import { locale, t } from './i18n'

const ZONE = 'Asia/Shanghai'

interface Parts {
  year: string
  month: string
  day: string
  hour: string
  minute: string
  second: string
}

const splitter = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

function parts(at: string | number | Date): Parts | undefined {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return undefined
  const found: Record<string, string> = {}
  for (const piece of splitter.formatToParts(date)) found[piece.type] = piece.value
  return found as unknown as Parts
}

/** `2026-11-23` */
export function day(at: string | null | undefined): string {
  const p = at ? parts(at) : undefined
  return p ? `${p.year}-${p.month}-${p.day}` : ''
}

/** `2026-11-23 15:04`, the form used on every screen. */
export function moment(at: string | null | undefined): string {
  const p = at ? parts(at) : undefined
  return p ? `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}` : ''
}

/** `15:04` */
export function clock(at: string | null | undefined): string {
  const p = at ? parts(at) : undefined
  return p ? `${p.hour}:${p.minute}` : ''
}

/** `15:04:09`, for capture times, which are compared with the film. */
export function clockSeconds(at: string | null | undefined): string {
  const p = at ? parts(at) : undefined
  return p ? `${p.hour}:${p.minute}:${p.second}` : ''
}

/** `2026-11-23 15:04:09`, for the two ends of a time bracket, which may be seconds apart. */
export function exact(at: string | null | undefined): string {
  const p = at ? parts(at) : undefined
  return p ? `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}` : ''
}

/** 今天 15:04, 昨天 15:04, else the full date: for lists where most lines are of today. */
export function near(at: string | null | undefined, now: Date = new Date()): string {
  if (!at) return ''
  const there = day(at)
  if (there === day(now.toISOString())) return t('ui.format.today', { time: clock(at) })
  const before = new Date(now.getTime() - 86_400_000)
  if (there === day(before.toISOString())) return t('ui.format.yesterday', { time: clock(at) })
  return moment(at)
}

/** `2026年11月23日 星期一` */
export function longDay(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, {
    timeZone: ZONE,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    weekday: 'long',
  }).format(at)
}

/** Bytes with one digit after the point from 1 MB on: 512 B, 38 kB, 1.4 MB, 2.1 GB. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`
}

export function count(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value)
}

/** A film's length: `1:20`, `1:02:07`. */
export function length(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || ms <= 0) return ''
  const whole = Math.round(ms / 1000)
  const h = Math.floor(whole / 3600)
  const m = Math.floor((whole % 3600) / 60)
  const s = String(whole % 60).padStart(2, '0')
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`
}

/** A span in words: 40 秒, 7 分 40 秒, 2 小时 5 分. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const h = Math.floor(whole / 3600)
  const m = Math.floor((whole % 3600) / 60)
  const s = whole % 60
  if (h > 0) return t('ui.format.hours', { h, m })
  if (m > 0) return t('ui.format.minutes', { m, s })
  return t('ui.format.seconds', { s })
}

/** A document number with its middle hidden: 3302**********0011. Shorter ones keep their ends. */
export function masked(number: string): string {
  if (number.length <= 4) return '*'.repeat(number.length)
  if (number.length < 12) return `${number.slice(0, 2)}${'*'.repeat(number.length - 4)}${number.slice(-2)}`
  return `${number.slice(0, 4)}${'*'.repeat(number.length - 8)}${number.slice(-4)}`
}

/** A digest shortened for a line; the whole of it is in the title and can be copied. */
export function brief(digest: string): string {
  return digest.length > 16 ? `${digest.slice(0, 8)}…${digest.slice(-6)}` : digest
}
