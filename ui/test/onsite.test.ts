import { describe, expect, it } from 'vitest'
import type { FindingView } from '@/api'
import { mend } from '@/parts/mend'
import { firstBlank, joined } from '@/rooms/onsite/blanks'
import { Strokes } from '@/rooms/onsite/drawing'
import { creditCodeFits, looksWrong, residentFits } from '@/rooms/onsite/numbers'
import { readInvitation } from '@/rooms/unlock/invitation'

describe('a drawn signature', () => {
  const strokes = () => new Strokes({ width: 600.4, height: 200 }, () => new Date('2026-11-23T00:10:00Z'))

  it('keeps its strokes with times from the first touch on', () => {
    const drawn = strokes()
    drawn.begin({ x: 10.4, y: 20.6, at: 5000, pressure: 0.5 })
    expect(drawn.move({ x: 12, y: 21, at: 5016.6, pressure: 2 })).toEqual([
      { x: 10, y: 21, t: 0, p: 500 },
      { x: 12, y: 21, t: 17, p: 1000 },
    ])
    drawn.begin({ x: 40, y: 20, at: 5900, pressure: 0 })
    expect(drawn.drawing()).toEqual({
      width: 600,
      height: 200,
      started_at: '2026-11-23T00:10:00.000Z',
      strokes: [
        [
          { x: 10, y: 21, t: 0, p: 500 },
          { x: 12, y: 21, t: 17, p: 1000 },
        ],
        [{ x: 40, y: 20, t: 900, p: 0 }],
      ],
    })
  })

  it('is none before the pen moved, and a finger at rest adds nothing', () => {
    const drawn = strokes()
    expect(drawn.move({ x: 1, y: 1, at: 1, pressure: 0 })).toBeUndefined()
    drawn.begin({ x: 1, y: 1, at: 1, pressure: 0 })
    expect(drawn.move({ x: 1.2, y: 1.3, at: 9, pressure: 0 })).toBeUndefined()
    expect(drawn.drawn).toBe(false)
    for (let n = 0; n < 8; n++) drawn.move({ x: n * 3, y: n, at: n, pressure: 0 })
    expect(drawn.drawn).toBe(true)
  })
})

describe('the last sign of a number', () => {
  it('fits the invented numbers of the demo', () => {
    for (const number of ['999999199001010016', '999999198506150028', '999999197811200031']) {
      expect(residentFits(number), number).toBe(true)
    }
    expect(creditCodeFits('92999999MA0DEM0019')).toBe(true)
    expect(creditCodeFits('91999999MA0DEM002F')).toBe(true)
  })

  it('is pointed out when it fits neither, and other documents are left alone', () => {
    expect(looksWrong('999999199001010017')).toBe(true)
    expect(looksWrong(' 91999999ma0dem002f ')).toBe(false)
    expect(looksWrong('H12345678')).toBe(false)
    expect(looksWrong('')).toBe(false)
  })
})

describe('a phrase', () => {
  it('goes behind what stands there, and its blank is found', () => {
    expect(joined('', '取样＿＿份')).toBe('取样＿＿份')
    expect(joined('到场。\n', '取样＿＿份')).toBe('到场。\n取样＿＿份')
    expect(firstBlank('取样＿＿份')).toEqual([2, 4])
    expect(firstBlank('取样两份')).toBeUndefined()
  })
})

describe('an invitation', () => {
  const code = 'ABCD-EFGH-JKLM-NPQR-STUV-WXYZ-2345-6789'

  it('is read from a page of text, from JSON, or from the code alone', () => {
    expect(readInvitation(`服务端地址：https://10.0.0.8:8443，登记码：${code}。24 小时内有效`)).toEqual({
      township: 'https://10.0.0.8:8443',
      code,
    })
    expect(readInvitation(JSON.stringify({ officer: 'x', code, valid_until: '2026' }))).toEqual({ code, township: '' })
    expect(readInvitation(`\uFEFF${code}\n`).code).toBe(code)
  })

  it('without a code is none', () => {
    expect(readInvitation('请明天来领取').code).toBe('')
    expect(readInvitation('{"code": 7}').code).toBe('')
  })
})

describe('a finding', () => {
  const finding = (rule: string, more: Partial<FindingView> = {}) =>
    ({ rule, level: 'remind', matter: 'm', media: null, ...more }) as FindingView

  it('leads to the place where it is mended', () => {
    expect(mend(finding('second_not_confirmed', { level: 'act' }))?.to).toBe('/onsite/m?do=second')
    expect(mend(finding('certificate_not_shown'))?.to).toBe('/onsite/m')
    expect(mend(finding('recheck_overdue', { level: 'act' }))?.to).toBe('/onsite/new/inspection?follows=m')
    expect(mend(finding('media_unlinked', { matter: null, media: 'f' }))?.to).toBe('/media/f')
  })

  it('of a closed record leads to the record: no stamp is given afterwards', () => {
    expect(mend(finding('certificate_not_shown', { level: 'act' }))?.to).toBe('/matters/m')
    expect(mend(finding('certificate_expiring', { matter: null }))).toBeUndefined()
  })
})
