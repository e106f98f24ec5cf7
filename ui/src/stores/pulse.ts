// What changed, asked of the core at a calm beat. Rooms watch `record` (entries came in) and jobs watch
// `revision` (anything moved), so nothing is fetched twice and no room polls by itself.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call, type JobView } from '@/api'
import { useSession } from './session'

const CALM_MS = 1500
const BUSY_MS = 300

export const usePulse = defineStore('pulse', () => {
  const revision = ref(0)
  const record = ref(0)
  const jobs = ref<JobView[]>([])
  const lost = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let alive = false

  const running = computed(() => jobs.value.filter((job) => job.state === 'running' || job.state === 'stopping'))

  async function beat(): Promise<void> {
    const session = useSession()
    try {
      const now = await call('changes', {})
      lost.value = false
      if (session.open && !now.open) await session.refresh()
      const moved = now.revision !== revision.value
      revision.value = now.revision
      record.value = now.record
      if (moved && now.open) jobs.value = (await call('jobs', {})).jobs
    } catch {
      lost.value = true
    }
  }

  function schedule(): void {
    clearTimeout(timer)
    if (alive) timer = setTimeout(() => void beat().finally(schedule), running.value.length > 0 ? BUSY_MS : CALM_MS)
  }

  function start(): void {
    if (alive) return
    alive = true
    void beat().finally(schedule)
  }

  function stop(): void {
    alive = false
    clearTimeout(timer)
    jobs.value = []
  }

  /** Look now, e.g. after a command of one's own. */
  async function now(): Promise<void> {
    await beat()
    schedule()
  }

  return { revision, record, jobs, running, lost, start, stop, now }
})
