// A screen's data: fetched once, fetched again when the record grows, never shown half.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, type Input, type Name, type View } from '@/api'
import { usePulse } from './pulse'

export interface Screen<N extends Name> {
  view: ShallowRef<View<N> | undefined>
  error: Ref<unknown>
  loading: Ref<boolean>
  reload(): Promise<void>
  /** Take the view that another command answered with. */
  set(view: View<N>): void
}

/** Fetch `name` with `input()`; again when the input or the record changes. */
export function useScreen<N extends Name>(
  name: N,
  input: () => Input<N>,
  follow: 'record' | 'revision' = 'record',
): Screen<N> {
  const pulse = usePulse()
  const view = shallowRef<View<N>>()
  const error = ref<unknown>()
  const loading = ref(false)
  let turn = 0
  let gone = false
  onScopeDispose(() => {
    gone = true
  })

  async function reload(): Promise<void> {
    const mine = ++turn
    loading.value = true
    try {
      const found = await call(name, input())
      if (gone || mine !== turn) return
      view.value = found
      error.value = undefined
    } catch (found) {
      if (!gone && mine === turn) error.value = found
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  function set(next: View<N>): void {
    turn++
    loading.value = false
    error.value = undefined
    view.value = next
  }

  watch([() => JSON.stringify(input()), () => pulse[follow]], () => void reload(), { immediate: true })
  return { view, error, loading, reload, set }
}
