// Typing with an input method. While one composes, Enter and Escape belong to it: they choose or drop
// a candidate and must never submit or close anything here.

/** True for a key that an input method is using. Old engines say so only by key code 229. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229
}

/** A handler for Enter that keeps out of the input method's way. */
export function onEnter(act: () => void): (event: Event | KeyboardEvent) => void {
  return (event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || composing(event)) return
    event.preventDefault()
    act()
  }
}

/** Ctrl+Enter (or Command+Enter) saves a longer text; plain Enter is a new line. */
export function onCtrlEnter(act: () => void): (event: Event | KeyboardEvent) => void {
  return (event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || composing(event)) return
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    act()
  }
}
