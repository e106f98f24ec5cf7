import { describe, expect, it } from 'vitest'
import { brief, clock, count, length, longDay, masked, moment, near, size, span } from '@/format'
import { speak } from '@/i18n'

describe('times are Beijing times, whatever the machine is set to', () => {
  it('writes a moment as on every screen', () => {
    expect(moment('2026-11-23T07:04:09.000Z')).toBe('2026-11-23 15:04')
    expect(clock('2026-11-22T16:00:00.000Z')).toBe('00:00')
    expect(moment(null)).toBe('')
    expect(moment('nonsense')).toBe('')
  })

  it('says today and yesterday by the Beijing day', () => {
    const now = new Date('2026-11-23T16:30:00.000Z') // 00:30 on the 24th
    expect(near('2026-11-23T16:10:00.000Z', now)).toBe('今天 00:10')
    expect(near('2026-11-23T15:10:00.000Z', now)).toBe('昨天 23:10')
    expect(near('2026-11-20T02:10:00.000Z', now)).toBe('2026-11-20 10:10')
  })

  it('writes a day in words in both languages', async () => {
    const at = new Date('2026-11-23T07:04:09.000Z')
    expect(longDay(at)).toContain('2026年11月23日')
    await speak('en')
    expect(longDay(at)).toContain('November 23, 2026')
    await speak('zh-CN')
  })
})

describe('sizes, numbers and spans', () => {
  it('keeps small sizes whole and gives large ones one digit', () => {
    expect([0, 999, 38_400, 1_400_000, 215_300_000, 2_140_000_000].map(size)).toEqual([
      '0 B',
      '999 B',
      '38 kB',
      '1.4 MB',
      '215.3 MB',
      '2.1 GB',
    ])
    expect(count(1204)).toBe('1,204')
  })

  it('writes lengths of films and spans in words', () => {
    expect(length(80_000)).toBe('1:20')
    expect(length(3_727_000)).toBe('1:02:07')
    expect(length(null)).toBe('')
    expect(span(460)).toBe('7 分 40 秒')
    expect(span(7500)).toBe('2 小时 5 分')
    expect(span(8.4)).toBe('8 秒')
  })
})

describe('numbers of people are not shown whole', () => {
  it('hides the middle and keeps the length', () => {
    expect(masked('999999199001010016')).toBe('9999**********0016')
    expect(masked('999999199001010016')).toHaveLength(18)
    expect(masked('AB12345')).toBe('AB***45')
    expect(masked('123')).toBe('***')
  })

  it('shortens a digest to its ends', () => {
    expect(brief('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08')).toBe('9f86d081…f00a08')
  })
})
