// A word on a passphrase while it is typed, by zxcvbn with its common dictionaries. They are large and come
// only when somebody sets a passphrase. The core refuses what is too short; this only says so earlier.
import { ref, watch, type Ref } from 'vue'

export type Strength = 'short' | 'weak' | 'fair' | 'strong'

/** Least characters, as the core has it. */
const LEAST = 8

type Check = (passphrase: string, known: string[]) => number
let loading: Promise<Check> | undefined

function load(): Promise<Check> {
  loading ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(
    ([{ ZxcvbnFactory }, common]) => {
      const factory = new ZxcvbnFactory({ dictionary: common.dictionary, graphs: common.adjacencyGraphs })
      return (passphrase, known) => factory.check(passphrase, known).score
    },
  )
  return loading
}

/** Names and addresses in `known` count as guessed. */
export async function strength(passphrase: string, known: string[] = []): Promise<Strength> {
  if ([...passphrase].length < LEAST) return 'short'
  const score = (await load())(passphrase, known)
  if (score <= 2) return 'weak'
  return score === 3 ? 'fair' : 'strong'
}

/** The word on what is typed now; the last one until the next is known. */
export function useStrength(passphrase: () => string, known: () => string[] = () => []): Ref<Strength> {
  const word = ref<Strength>('short')
  let turn = 0
  watch(
    passphrase,
    async (typed) => {
      const mine = ++turn
      // Without the dictionaries length alone is judged: nobody is kept out by a file that did not load.
      const found = await strength(typed, known()).catch((): Strength => ([...typed].length < LEAST ? 'short' : 'weak'))
      if (mine === turn) word.value = found
    },
    { immediate: true },
  )
  return word
}
