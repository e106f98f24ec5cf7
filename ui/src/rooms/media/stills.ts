// The picture of a film, drawn in the page: the core decodes no film, so one hidden player at a time shows a
// frame and the tile keeps it. Nothing is written anywhere, and locking forgets all of them.
import { call } from '@/api'
import { onLocked } from '@/stores/session'

const MOST_KEPT = 80
const PATIENCE_MS = 8000
const WIDTH = 320

const kept = new Map<string, HTMLCanvasElement>()
const failed = new Set<string>()
let line: Promise<unknown> = Promise.resolve()
let age = 0

function event(film: HTMLVideoElement, name: string): Promise<void> {
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(name)), PATIENCE_MS)
    const end = (act: () => void) => () => {
      clearTimeout(late)
      act()
    }
    film.addEventListener(name, end(done), { once: true })
    film.addEventListener('error', end(() => fail(new Error('error'))), { once: true })
  })
}

async function frame(media: string): Promise<HTMLCanvasElement | undefined> {
  const { url } = await call('media', { media })
  if (!url) return undefined
  const film = document.createElement('video')
  film.muted = true
  film.preload = 'auto'
  film.src = url
  try {
    await event(film, 'loadeddata')
    const to = Math.min(1, (film.duration || 2) / 2)
    const sought = event(film, 'seeked')
    film.currentTime = to
    await sought
    // A canvas, not a bitmap: the film comes from another origin in the window, and only drawing is allowed.
    const picture = document.createElement('canvas')
    picture.width = WIDTH
    picture.height = Math.round((WIDTH * film.videoHeight) / (film.videoWidth || 1)) || WIDTH
    picture.getContext('2d')?.drawImage(film, 0, 0, picture.width, picture.height)
    return picture
  } finally {
    film.removeAttribute('src')
    film.load()
  }
}

/** A frame of the film, or nothing when none can be drawn. One film is opened at a time. */
export function still(media: string): Promise<HTMLCanvasElement | undefined> {
  const here = kept.get(media)
  if (here || failed.has(media)) return Promise.resolve(here)
  const born = age
  const next = line.then(async () => {
    if (kept.has(media) || born !== age) return kept.get(media)
    const picture = await frame(media).catch(() => undefined)
    if (born !== age) return undefined
    if (!picture) {
      failed.add(media)
      return undefined
    }
    const oldest = kept.keys().next()
    if (kept.size >= MOST_KEPT && !oldest.done) kept.delete(oldest.value)
    kept.set(media, picture)
    return picture
  })
  line = next.catch(() => undefined)
  return next
}

onLocked(() => {
  age++
  kept.clear()
  failed.clear()
})
