import { describe, expect, it } from 'vitest'
import type { MediaView, TimelineItem } from '../src/api'
import { filmed, litAt, partAt, reelOf } from '../src/rooms/matter/reel'

const T = Date.parse('2026-11-23T00:10:00Z')
const at = (seconds: number) => new Date(T + seconds * 1000).toISOString()
const film = (id: string, from: number, seconds: number, more: Partial<MediaView> = {}) =>
  ({ id, name: id, kind: 'video', here: true, captured_at: at(from), duration_ms: seconds * 1000, ...more }) as MediaView
const note = (entry: string, seconds: number) => ({ entry, recorded_at: at(seconds) }) as TimelineItem

describe('a record and its films', () => {
  it('puts the parts in the order of time and leaves out what cannot be played here', () => {
    const reel = reelOf([
      film('second', 8, 6),
      film('first', 0, 8),
      film('gone', 0, 8, { here: false }),
      film('photo', 0, 8, { kind: 'image' }),
      film('undated', 0, 8, { captured_at: null }),
      film('endless', 0, 8, { duration_ms: null }),
    ])
    expect(reel.map((part) => part.media)).toEqual(['first', 'second'])
  })

  it('finds the part of a moment, a film before a sound', () => {
    const reel = reelOf([film('one', 0, 8), film('two', 8, 6), film('sound', 0, 60, { kind: 'audio' })])
    expect(partAt(reel, T + 3000)?.media).toBe('one')
    expect(partAt(reel, T + 9000)?.media).toBe('two')
    expect(partAt(reel, T + 30_000)?.media).toBe('sound')
    expect(partAt(reel, T + 61_000)).toBeUndefined()
    expect(partAt(reel, T - 1)).toBeUndefined()
  })

  it('knows which lines a film shows', () => {
    expect([...filmed(reelOf([film('one', 0, 8)]), [note('in', 3), note('after', 9)])]).toEqual(['in'])
  })

  it('lights the newest line at or before the moment, with those of the same second, for a while', () => {
    const items = [note('a', 1), note('b', 5), note('c', 5.4), note('d', 20)]
    expect(litAt(items, T)).toEqual([])
    expect(litAt(items, T + 2000)).toEqual(['a'])
    expect(litAt(items, T + 6000)).toEqual(['b', 'c'])
    expect(litAt(items, T + 49_000)).toEqual(['d'])
    expect(litAt(items, T + 51_000)).toEqual([])
  })
})
