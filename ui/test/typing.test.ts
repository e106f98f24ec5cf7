import { describe, expect, it, vi } from 'vitest'
import { onCtrlEnter, onEnter } from '@/typing'

const key = (init: KeyboardEventInit & { keyCode?: number }) => {
  const event = new KeyboardEvent('keydown', { key: 'Enter', cancelable: true, ...init })
  if (init.keyCode) Object.defineProperty(event, 'keyCode', { value: init.keyCode })
  return event
}

describe('Enter while an input method composes', () => {
  it('chooses a candidate and submits nothing', () => {
    const act = vi.fn()
    onEnter(act)(key({ isComposing: true }))
    onEnter(act)(key({ keyCode: 229 }))
    onCtrlEnter(act)(key({ isComposing: true, ctrlKey: true }))
    expect(act).not.toHaveBeenCalled()
  })

  it('submits once it is over', () => {
    const act = vi.fn()
    const event = key({})
    onEnter(act)(event)
    expect(act).toHaveBeenCalledOnce()
    expect(event.defaultPrevented).toBe(true)
  })

  it('is a new line in a longer text unless Ctrl is held', () => {
    const act = vi.fn()
    const plain = key({})
    onCtrlEnter(act)(plain)
    expect(act).not.toHaveBeenCalled()
    expect(plain.defaultPrevented).toBe(false)
    onCtrlEnter(act)(key({ ctrlKey: true }))
    expect(act).toHaveBeenCalledOnce()
  })
})
