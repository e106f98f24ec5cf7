// What the township hands out for enrolment, pasted or as a file: the code alone, a page of text with address
// and code, or the JSON that the township's own command prints.

export interface Invitation {
  code: string
  township: string
}

/** Longest text looked at: an invitation is a few lines. */
export const MOST = 20_000

const ADDRESS = /https:\/\/[^\s"'<>，。；]+/
/** Groups of the code, as printed: letters and digits with hyphens or spaces. */
const CODE = /[0-9A-Za-z]{3,}(?:[-\s]?[0-9A-Za-z]{3,}){6,}/

function fromJson(text: string): Invitation | undefined {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found !== 'object' || found === null) return undefined
    const field = (name: string) => {
      const value = (found as Record<string, unknown>)[name]
      return typeof value === 'string' ? value.trim() : ''
    }
    const code = field('code')
    return code ? { code, township: field('township') || field('url') || field('address') } : undefined
  } catch {
    return undefined
  }
}

/** Address and code of an invitation; empty where there is none. */
export function readInvitation(text: string): Invitation {
  const plain = text.slice(0, MOST).replace(/^\uFEFF/, '')
  const json = fromJson(plain)
  if (json) return json
  const township = (ADDRESS.exec(plain)?.[0] ?? '').replace(/[).,;/]+$/, '')
  const rest = plain.replace(ADDRESS, ' ')
  return { township, code: (CODE.exec(rest)?.[0] ?? '').trim() }
}
