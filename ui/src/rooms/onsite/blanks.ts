// A phrase may leave a place to fill in. The cursor goes there; what is left blank is pointed at, not refused.
const BLANK = '＿＿'

/** Where the first blank of a text stands, as a selection. */
export function firstBlank(text: string, from = 0): [number, number] | undefined {
  const at = text.indexOf(BLANK, from)
  return at < 0 ? undefined : [at, at + BLANK.length]
}

/** A phrase behind what stands there already. */
export function joined(before: string, phrase: string): string {
  const text = before.trimEnd()
  return text === '' ? phrase : `${text}\n${phrase}`
}
