// Where the notes of a record lie in its films. Capture times are true times already (the clock offset was
// applied at the import), so a note and a second of film are compared as they stand.
import type { MediaView, TimelineItem } from '@/api'

export interface Part {
  media: string
  name: string
  kind: 'video' | 'audio'
  /** True time of its first and last moment, Unix milliseconds. */
  from: number
  to: number
}

/** How long a line stays lit after its moment, unless the next one comes first. */
export const LIT_MS = 30_000

/** The films and recordings that can be played here, in the order of time. */
export function reelOf(media: readonly MediaView[]): Part[] {
  return media
    .flatMap((m): Part[] => {
      const from = m.captured_at ? Date.parse(m.captured_at) : Number.NaN
      const plays = m.here && (m.kind === 'video' || m.kind === 'audio')
      if (!plays || Number.isNaN(from) || !m.duration_ms) return []
      return [{ media: m.id, name: m.name, kind: m.kind as Part['kind'], from, to: from + m.duration_ms }]
    })
    .sort((a, b) => a.from - b.from || a.name.localeCompare(b.name))
}

/** The part that shows a moment: a film before a sound, and of two films the one that began last. */
export function partAt(reel: readonly Part[], at: number): Part | undefined {
  const fitting = reel.filter((part) => part.from <= at && at <= part.to)
  const films = fitting.filter((part) => part.kind === 'video')
  return (films.length ? films : fitting).at(-1)
}

/** Entries whose moment a film shows. */
export function filmed(reel: readonly Part[], items: readonly TimelineItem[]): Set<string> {
  return new Set(items.filter((i) => partAt(reel, Date.parse(i.recorded_at))).map((i) => i.entry))
}

/** The lines of this moment: the newest at or before it, with all of the same second. */
export function litAt(items: readonly TimelineItem[], at: number): string[] {
  let newest = Number.NEGATIVE_INFINITY
  for (const item of items) {
    const time = Date.parse(item.recorded_at)
    if (time <= at && time > newest) newest = time
  }
  if (at - newest > LIT_MS) return []
  return items
    .filter((item) => {
      const time = Date.parse(item.recorded_at)
      return time <= at && newest - time < 1000
    })
    .map((item) => item.entry)
}
