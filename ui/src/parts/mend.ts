// Where a finding is mended: one click leads to the very place, never past the record.
import type { FindingView } from '@/api'

interface Mend {
  to: string
  /** Last part of the string key `ui.mend.<word>`. */
  word: string
}

const ON_SITE: Record<string, { word: string; open?: string }> = {
  second_missing: { word: 'second', open: 'second' },
  second_not_confirmed: { word: 'confirm', open: 'second' },
  certificate_not_shown: { word: 'certificate' },
  rights_not_told: { word: 'rights' },
}
const IN_MATTER: Record<string, string> = { media_missing: 'media', disputed: 'choose', late_arrival: 'look' }

export function mend(finding: FindingView): Mend | undefined {
  const { rule, matter, media } = finding
  if (rule === 'recheck_overdue' && matter) return { to: `/onsite/new/inspection?follows=${matter}`, word: 'recheck' }
  const site = ON_SITE[rule]
  // A closed record takes no stamp any more: there it is answered, not mended.
  if (site && matter && (finding.level === 'remind' || site.open)) {
    return { to: `/onsite/${matter}${site.open ? `?do=${site.open}` : ''}`, word: site.word }
  }
  if (matter) return { to: `/matters/${matter}`, word: IN_MATTER[rule] ?? 'look' }
  if (media) return { to: `/media/${media}`, word: rule === 'media_unlinked' ? 'link' : 'look' }
  return undefined
}
