// How far a job is and how long it may still take, from what was done in the last seconds, not from the
// beginning: a thin line or a slow card changes its pace, and the figure must follow.
import { computed, ref, watch, type ComputedRef } from 'vue'
import type { JobView } from '@/api'

const WINDOW_MS = 8000

/** Phases that count entries; all others count bytes. */
const ENTRIES = new Set(['verifying', 'rebuilding', 'pushing', 'pulling', 'listing', 'sweeping'])

export interface Progress {
  /** Whether `done` and `total` are bytes or entries. */
  bytes: boolean
  done: number
  total: number | undefined
  percent: number | undefined
  secondsLeft: number | undefined
}

interface Sample {
  at: number
  done: number
}

/** Seconds left by the pace of the samples; undefined while they are too few to be honest. */
export function secondsLeft(samples: readonly Sample[], total: number | undefined): number | undefined {
  const first = samples[0]
  const last = samples[samples.length - 1]
  if (!first || !last || total === undefined) return undefined
  const ms = last.at - first.at
  const done = last.done - first.done
  if (ms < 1500 || done <= 0) return undefined
  return Math.max(0, ((total - last.done) * ms) / done / 1000)
}

export function useProgress(job: () => JobView | undefined, now: () => number = Date.now): ComputedRef<Progress> {
  const samples = ref<Sample[]>([])
  let of = ''
  watch(
    () => job(),
    (current) => {
      if (!current) return
      // Each phase counts anew, in its own unit.
      const phase = `${current.id} ${current.step}`
      if (phase !== of) {
        of = phase
        samples.value = []
      }
      const at = now()
      samples.value = [...samples.value.filter((s) => at - s.at < WINDOW_MS), { at, done: Number(current.done) }]
    },
    { immediate: true },
  )
  return computed(() => {
    const current = job()
    const done = Number(current?.done ?? 0)
    const total = current?.total ? Number(current.total) : undefined
    return {
      bytes: !ENTRIES.has(current?.step ?? ''),
      done,
      total,
      percent: total ? Math.min(100, Math.floor((done / total) * 100)) : undefined,
      secondsLeft: secondsLeft(samples.value, total),
    }
  })
}
