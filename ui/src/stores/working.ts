// Unsaved typing. Each place that takes text keeps it in the home (encrypted, outside the journal)
// within a second of the last key, and finds it again after a lock, a crash or a change of room.
import { reactive, ref, watch, type Ref } from 'vue'
import { call } from '@/api'

const QUIET_MS = 350
const LONGEST_MS = 900

export interface Working {
  /** The typed texts by field name; bind inputs to these. */
  fields: Record<string, string>
  /** True once an earlier text was found and put back. */
  restored: Ref<boolean>
  /** Settled once it is known whether something was kept. What fills a field by itself waits for it. */
  ready: Promise<void>
  /** Keep what is typed now. */
  flush(): Promise<void>
  /** Forget it, after it was saved as an entry. */
  drop(): Promise<void>
  /** Stop watching; what is typed is kept first. */
  leave(): Promise<void>
}

const held = new Set<Working>()

/**
 * Keep the typing of the place `key`, whose fields are named with their first texts. With `anyField` a place
 * may hold fields that are not known yet, as the changed ones of a draft.
 */
export function working(key: string, initial: Record<string, string>, anyField = false): Working {
  const fields = reactive({ ...initial })
  const restored = ref(false)
  let kept = JSON.stringify(initial)
  let quiet: ReturnType<typeof setTimeout> | undefined
  let longest: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<unknown> = Promise.resolve()

  const isEmpty = () =>
    Object.entries(fields).every(([name, text]) => name in initial && text === initial[name])

  function clear(): void {
    clearTimeout(quiet)
    clearTimeout(longest)
    quiet = undefined
    longest = undefined
  }

  function flush(): Promise<void> {
    clear()
    const now = JSON.stringify(fields)
    if (now !== kept) {
      kept = now
      const texts = isEmpty() ? {} : { ...fields }
      // In order, so that an older text never arrives after a newer one. A failure is not shown here:
      // the text is still on screen, and the next key tries again.
      sending = sending
        .then(() => call('keep_working_copy', { key, fields: texts }))
        .catch(() => {
          kept = ''
        })
    }
    return sending.then(() => undefined)
  }

  const stop = watch(
    fields,
    () => {
      clearTimeout(quiet)
      quiet = setTimeout(() => void flush(), QUIET_MS)
      longest ??= setTimeout(() => void flush(), LONGEST_MS)
    },
    { deep: true, flush: 'sync' },
  )

  const place: Working = {
    fields,
    restored,
    ready: Promise.resolve(),
    flush,
    async drop() {
      for (const name of Object.keys(fields)) if (!(name in initial)) delete fields[name]
      Object.assign(fields, initial)
      await flush()
      restored.value = false
    },
    async leave() {
      stop()
      held.delete(place)
      await flush()
    },
  }

  place.ready = call('working_copy', { key })
    .then((found) => {
      // Somebody who already types is not overwritten by what was kept before.
      if (!isEmpty() || Object.keys(found.fields).length === 0) return
      for (const [name, text] of Object.entries(found.fields)) {
        if ((anyField || name in fields) && text) fields[name] = text
      }
      kept = JSON.stringify(fields)
      clear()
      restored.value = !isEmpty()
    })
    .catch(() => undefined)

  held.add(place)
  return place
}

export async function flushAll(): Promise<void> {
  await Promise.all([...held].map((place) => place.flush()))
}

export function forgetAll(): void {
  held.clear()
}
