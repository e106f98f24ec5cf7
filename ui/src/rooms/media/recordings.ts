// Files of an import as a person thinks of them: one recording, however many files the camera made of it.
import type { ImportCandidate, ImportInto } from '@/api'

export interface Recording {
  key: string
  files: ImportCandidate[]
  name: string
  captured: string | null
  ms: number
  bytes: number
  /** The matter offered by time. */
  offered: string
  known: boolean
  transferred: boolean
}

export function recordings(files: readonly ImportCandidate[]): Recording[] {
  const found = new Map<string, ImportCandidate[]>()
  for (const file of files) {
    const key = file.group ? `group ${file.group}` : file.path
    found.set(key, [...(found.get(key) ?? []), file])
  }
  return [...found.entries()].map(([key, parts]) => ({
    key,
    files: parts,
    name: parts.length > 1 ? (parts[0]?.group ?? '') : (parts[0]?.name ?? ''),
    captured: parts.map((p) => p.captured_at).filter((at) => at !== null).sort()[0] ?? null,
    ms: parts.reduce((sum, p) => sum + (p.duration_ms ?? 0), 0),
    bytes: parts.reduce((sum, p) => sum + Number(p.size), 0),
    offered: parts.find((p) => p.matter)?.matter?.id ?? '',
    known: parts.every((p) => p.known),
    transferred: parts.some((p) => p.transferred),
  }))
}

/** What the import is told: only the files that go elsewhere than `usual`. */
export function intoOf(list: readonly Recording[], chosen: Record<string, string>, usual: string): ImportInto[] {
  return list.flatMap((recording) => {
    const matter = chosen[recording.key] ?? ''
    return matter === usual ? [] : recording.files.map((file) => ({ path: file.path, matter: matter || null }))
  })
}

/** Seconds between what the camera shows and what it is, from two clock readings: true − device. */
export function offsetOf(shown: string, now: Date): number | undefined {
  const read = /^(\d{1,2}):(\d{2}):(\d{2})$/.exec(shown.trim())
  if (!read) return undefined
  const [h = 0, m = 0, s = 0] = read.slice(1).map(Number)
  if (h > 23 || m > 59 || s > 59) return undefined
  const here = new Date(now.getTime() + 8 * 3_600_000)
  const truth = here.getUTCHours() * 3600 + here.getUTCMinutes() * 60 + here.getUTCSeconds()
  const day = 86_400
  const apart = (((truth - (h * 3600 + m * 60 + s)) % day) + day) % day
  return apart > day / 2 ? apart - day : apart
}
