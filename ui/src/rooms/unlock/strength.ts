// A rough word on a passphrase while it is typed: length counts most, as several words are easier to
// keep than signs. The core refuses what is too short; this only says so earlier.

export type Strength = 'short' | 'weak' | 'fair' | 'strong'

export function strength(passphrase: string): Strength {
  const signs = [...passphrase]
  if (signs.length < 8) return 'short'
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(passphrase)).length
  const variety = new Set(signs).size
  if (variety < 5) return 'weak'
  const score = signs.length + kinds * 2
  if (score < 13) return 'weak'
  return score < 18 ? 'fair' : 'strong'
}
