import { describe, expect, it } from 'vitest'
import type { ImportCandidate } from '../src/api'
import { intoOf, offsetOf, recordings } from '../src/rooms/media/recordings'

const file = (path: string, more: Partial<ImportCandidate> = {}) =>
  ({ path, name: path, size: '10', captured_at: null, duration_ms: null, group: null, matter: null, known: false, ...more }) as ImportCandidate

describe('files of an import', () => {
  it('tells the parts of one recording as one', () => {
    const list = recordings([
      file('b', { group: 'A', captured_at: '2026-11-23T00:10:08Z', duration_ms: 6000 }),
      file('photo'),
      file('a', { group: 'A', captured_at: '2026-11-23T00:10:00Z', duration_ms: 8000 }),
    ])
    expect(list.map((r) => [r.name, r.files.length, r.ms, r.bytes])).toEqual([
      ['A', 2, 14000, 20],
      ['photo', 1, 0, 10],
    ])
    expect(list[0]?.captured).toBe('2026-11-23T00:10:00Z')
  })

  it('says only of those that go elsewhere where they go', () => {
    const list = recordings([file('a', { group: 'A' }), file('b', { group: 'A' }), file('c'), file('d')])
    expect(intoOf(list, { 'group A': 'm2', c: 'm1', d: '' }, 'm1')).toEqual([
      { path: 'a', matter: 'm2' },
      { path: 'b', matter: 'm2' },
      { path: 'd', matter: null },
    ])
  })

  it('reads the offset from the two clocks, also over midnight', () => {
    const now = new Date('2026-11-23T07:05:00Z') // 15:05:00 in Beijing
    expect(offsetOf('15:12:40', now)).toBe(-460)
    expect(offsetOf('15:04:30', now)).toBe(30)
    expect(offsetOf('00:00:10', new Date('2026-11-23T15:59:50Z'))).toBe(-20)
    expect(offsetOf('25:00:00', now)).toBeUndefined()
    expect(offsetOf('noon', now)).toBeUndefined()
  })
})
