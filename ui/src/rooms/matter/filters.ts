// What the lines of a record can be narrowed to. Nothing is hidden unless somebody asks.
import type { TimelineItem } from '@/api'

export const FILTERS = ['all', 'note', 'media', 'signature', 'state', 'waiting'] as const
export type Filter = (typeof FILTERS)[number]

const SIGNATURES = /confirm|sign|refus/
const MEDIA = /^media_/

/** Whether a line belongs to a filter. A kind of a later version counts as a state of the record. */
export function shows(filter: Filter, item: TimelineItem): boolean {
  if (filter === 'all') return true
  if (filter === 'waiting') return item.custody !== 'held'
  const of = item.kind === 'note' ? 'note' : MEDIA.test(item.kind) ? 'media' : SIGNATURES.test(item.kind) ? 'signature' : 'state'
  return of === filter
}
