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

export type Drop = { kind: 'over' } | { kind: 'away' } | { kind: 'files'; paths: string[] }

/** Files dropped on the window, as paths. Answers the function that stops listening. */
export async function onDrop(told: (drop: Drop) => void): Promise<() => void> {
  if (!inWindow) return () => undefined
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
