// Whether the last sign of a document number fits the others. A wrong one is a hint to look again, never
// a refusal: what stands on a paper is recorded as it stands there.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const REST = '10X98765432'
const SIGNS = '0123456789ABCDEFGHJKLMNPQRTUWXY'

/** GB 11643: the resident's number, 18 signs. */
export function residentFits(number: string): boolean {
  if (!/^\d{17}[\dX]$/.test(number)) return false
  const sum = WEIGHTS.reduce((all, weight, at) => all + weight * Number(number[at]), 0)
  return REST[sum % 11] === number[17]
}

/** GB 32100: the unified social credit code, 18 signs. */
export function creditCodeFits(code: string): boolean {
  if (code.length !== 18 || [...code].some((sign) => !SIGNS.includes(sign))) return false
  const sum = [...code].slice(0, 17).reduce((all, sign, at) => all + SIGNS.indexOf(sign) * (3 ** at % 31), 0)
  return SIGNS[(31 - (sum % 31)) % 31] === code[17]
}

/** True when a number of the usual length fits neither. Other lengths are other documents. */
export function looksWrong(typed: string): boolean {
  const number = typed.trim().toUpperCase()
  return number.length === 18 && !residentFits(number) && !creditCodeFits(number)
}
