// Small pictures by media id, fetched together for what a list shows.
import { ref, watch, type Ref } from 'vue'
import { call, type MediaView } from '@/api'

export function useThumbnails(media: () => MediaView[]): Ref<Record<string, string>> {
  const urls = ref<Record<string, string>>({})
  watch(
    () => media().map((m) => m.id),
    async (ids, before) => {
      const wanted = ids.filter((id) => !(id in urls.value))
      if (wanted.length === 0 || ids.join() === before?.join()) return
      const found = await call('thumbnails', { media: wanted }).catch(() => undefined)
      if (!found) return
      const next = { ...urls.value }
      wanted.forEach((id, index) => {
        const url = found.urls[index]
        if (url) next[id] = url
      })
      urls.value = next
    },
    { immediate: true },
  )
  return urls
}
