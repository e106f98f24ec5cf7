import { describe, expect, it } from 'vitest'
import { pieces } from '@/rooms/search/pieces'
import { strength } from '@/rooms/unlock/strength'
import { secondsLeft } from '@/stores/progress'

describe('a searched word', () => {
  it('is lit wherever it stands, in any case', () => {
    expect(pieces('占道设摊,浙b·demo1 占道', ['占道', 'B·DEMO1'])).toEqual([
      { text: '占道', hit: true },
      { text: '设摊,浙', hit: false },
      { text: 'b·demo1', hit: true },
      { text: ' ', hit: false },
      { text: '占道', hit: true },
    ])
  })

  it('that does not stand there leaves the text whole', () => {
    expect(pieces('油烟扰民', ['占道'])).toEqual([{ text: '油烟扰民', hit: false }])
    expect(pieces('', ['占道'])).toEqual([])
  })
})

describe('a passphrase', () => {
  it('is judged by how long it would take to guess', async () => {
    expect(await strength('abc')).toBe('short')
    expect(await strength('aaaaaaaaaaaa')).toBe('weak')
    expect(await strength('Abc12345')).toBe('weak')
    expect(await strength('password2026')).toBe('weak')
    expect(await strength('菜场门口有三棵樟树')).toBe('fair')
    expect(await strength('菜场门口 三棵樟树 一口井')).toBe('strong')
    expect(await strength('marsh tuba orbit kelp')).toBe('strong')
  })

  it('counts what everybody here knows as guessed', async () => {
    expect(await strength('guanhaiwei-town', ['guanhaiwei-town'])).toBe('weak')
  })
})

describe('the time an import may still take', () => {
  it('follows the pace of the last seconds', () => {
    const samples = [
      { at: 0, done: 0 },
      { at: 2000, done: 50 },
      { at: 4000, done: 100 },
    ]
    expect(secondsLeft(samples, 200)).toBe(4)
  })

  it('is not said before it can be known', () => {
    expect(secondsLeft([{ at: 0, done: 0 }], 100)).toBeUndefined()
    expect(secondsLeft([{ at: 0, done: 0 }, { at: 2000, done: 0 }], 100)).toBeUndefined()
    expect(secondsLeft([{ at: 0, done: 0 }, { at: 2000, done: 10 }], undefined)).toBeUndefined()
  })
})
