// Where a hit leads: to the thing itself, and in a record to the very line.
import type { SearchHit } from '@/api'

export function to(hit: SearchHit): string {
  if (hit.kind === 'matter') return `/matters/${hit.id}${hit.entry ? `?entry=${encodeURIComponent(hit.entry)}` : ''}`
  if (hit.kind === 'media') return `/media/${hit.id}`
  if (hit.kind === 'draft') return `/drafts/${hit.id}`
  if (hit.kind === 'camera') return '/cameras'
  return hit.matter ? `/matters/${hit.matter}` : '/matters'
}
