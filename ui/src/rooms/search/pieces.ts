// A text cut where the searched words stand, so that they can be lit without building HTML.
export interface Piece {
  text: string
  hit: boolean
}

export function pieces(text: string, words: readonly string[]): Piece[] {
  const wanted = words.filter((word) => word !== '').map((word) => word.toLowerCase())
  const low = text.toLowerCase()
  const found: Piece[] = []
  let from = 0
  while (from < text.length) {
    let at = -1
    let long = 0
    for (const word of wanted) {
      const here = low.indexOf(word, from)
      if (here >= 0 && (at < 0 || here < at || (here === at && word.length > long))) {
        at = here
        long = word.length
      }
    }
    if (at < 0) break
    if (at > from) found.push({ text: text.slice(from, at), hit: false })
    found.push({ text: text.slice(at, at + long), hit: true })
    from = at + long
  }
  if (from < text.length) found.push({ text: text.slice(from), hit: false })
  return found
}
