// The only file that knows whether this page lives in the desktop window or in a browser.
// In the window a command goes through Tauri's one command `call`; in a browser it is posted to the
// loopback desk that served the page. Everything above this file is the same in both.
import { invoke, isTauri } from '@tauri-apps/api/core'
import { getCurrentWebview } from '@tauri-apps/api/webview'
import { getCurrentWindow } from '@tauri-apps/api/window'
import { open, save } from '@tauri-apps/plugin-dialog'
import type { ApiError, Commands } from './bindings/api'

export type Name = keyof Commands
export type Input<N extends Name> = Commands[N][0]
export type View<N extends Name> = Commands[N][1]

/** What a failed command throws. `code` is stable, `message` is Chinese, `detail` is technical. */
export class Failure extends Error {
  readonly code: string
  readonly detail: string | null
  /** What was filled into the sentence, for another language. */
  readonly values: ApiError['values']

  constructor(error: ApiError) {
    super(error.message)
    this.code = error.code
    this.detail = error.detail
    this.values = error.values
  }
}

export const inWindow = isTauri()

function asFailure(found: unknown): Failure {
  if (found instanceof Failure) return found
  if (typeof found === 'object' && found !== null && 'code' in found && 'message' in found) {
    return new Failure(found as ApiError)
  }
  return new Failure({ code: 'desk_unreachable', message: '', detail: String(found), values: {} })
}

async function post(name: string, input: unknown): Promise<unknown> {
  const answer = await fetch('/api/call', {
    method: 'POST',
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { 'Content-Type': 'application/json', 'X-Liuhen': '1' },
    body: JSON.stringify({ name, input }),
  })
  const body: unknown = await answer.json()
  if (!answer.ok) throw asFailure(body)
  return body
}

/** Run one command of the list in `crates/app/src/api.rs`. */
export async function call<N extends Name>(name: N, input: Input<N>): Promise<View<N>> {
  try {
    const view = inWindow ? await invoke('call', { name, payload: input }) : await post(name, input)
    return view as View<N>
  } catch (found) {
    throw asFailure(found)
  }
}

/** Whether the machine's own file dialog can be opened; a browser asks for a path instead. */
export const hasFileDialog = inWindow

/** Paths of files chosen in the machine's dialog; empty when cancelled. */
export async function chooseFiles(title: string): Promise<string[]> {
  const chosen = await open({ title, multiple: true, directory: false })
  return chosen ?? []
}

/** A folder chosen in the machine's dialog. */
export async function chooseFolder(title: string): Promise<string | undefined> {
  return (await open({ title, directory: true, multiple: false })) ?? undefined
}

/** Where to write a file, chosen in the machine's dialog. */
export async function chooseTarget(title: string, name: string): Promise<string | undefined> {
  return (await save({ title, defaultPath: name })) ?? undefined
}

/** `files` are paths, which the window knows; `bytes` are files that a browser gives without one. */
export type Drop =
  | { kind: 'over' }
  | { kind: 'away' }
  | { kind: 'files'; paths: string[] }
  | { kind: 'bytes'; files: File[] }

/** Files dropped on the window or pasted into it. Answers the function that stops listening. */
export async function onDrop(told: (drop: Drop) => void): Promise<() => void> {
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith('image/'))
    if (files.length === 0) return
    event.preventDefault()
    told({ kind: 'bytes', files })
  }
  document.addEventListener('paste', paste)
  const stop = inWindow ? await onWindowDrop(told) : onPageDrop(told)
  return () => {
    document.removeEventListener('paste', paste)
    stop()
  }
}

function onPageDrop(told: (drop: Drop) => void): () => void {
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    told({ kind: 'over' })
  }
  const away = (event: DragEvent) => {
    if (event.relatedTarget === null) told({ kind: 'away' })
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    told({ kind: 'away' })
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length) told({ kind: 'bytes', files })
  }
  document.addEventListener('dragover', over)
  document.addEventListener('dragleave', away)
  document.addEventListener('drop', drop)
  return () => {
    document.removeEventListener('dragover', over)
    document.removeEventListener('dragleave', away)
    document.removeEventListener('drop', drop)
  }
}

function onWindowDrop(told: (drop: Drop) => void): Promise<() => void> {
  return getCurrentWebview().onDragDropEvent(({ payload }) => {
    if (payload.type === 'drop') told({ kind: 'files', paths: payload.paths })
    else told({ kind: payload.type === 'leave' ? 'away' : 'over' })
  })
}

/**
 * Asked before the window or the page is left; `true` lets it go. A browser can only show its own
 * question, so there `unfinished` decides whether it is shown.
 */
export async function onLeave(unfinished: () => boolean, ask: () => Promise<boolean>): Promise<() => void> {
  if (inWindow) {
    return getCurrentWindow().onCloseRequested(async (event) => {
      if (unfinished() && !(await ask())) event.preventDefault()
    })
  }
  const before = (event: BeforeUnloadEvent) => {
    if (unfinished()) event.preventDefault()
  }
  window.addEventListener('beforeunload', before)
  return () => window.removeEventListener('beforeunload', before)
}

/** A file without a path goes into the vault, encrypted as it comes. Answers the path to import it by. */
export async function stage(bytes: Blob, name: string, modified?: number): Promise<string> {
  const seconds = modified === undefined ? undefined : Math.floor(modified / 1000)
  if (inWindow) return (await call('stage', { name, bytes: await base64(bytes), modified: seconds ?? null })).path
  const query = new URLSearchParams({ name, ...(seconds === undefined ? {} : { modified: String(seconds) }) })
  try {
    const answer = await fetch(`/api/stage?${query.toString()}`, {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { 'Content-Type': 'application/octet-stream', 'X-Liuhen': '1' },
      body: bytes,
    })
    const body: unknown = await answer.json()
    if (!answer.ok) throw asFailure(body)
    return (body as { path: string }).path
  } catch (found) {
    throw asFailure(found)
  }
}

function base64(bytes: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader()
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => fail(reader.error ?? new Error('read'))
    reader.readAsDataURL(bytes)
  })
}
