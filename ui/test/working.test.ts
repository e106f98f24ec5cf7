import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const kept = new Map<string, Record<string, string>>()
const calls: string[] = []
vi.mock('@/api', () => ({
  call: vi.fn(async (name: string, input: { key: string; fields?: Record<string, string> }) => {
    calls.push(name)
    if (name === 'keep_working_copy') kept.set(input.key, { ...input.fields })
    return { key: input.key, fields: kept.get(input.key) ?? {}, kept_at: null }
  }),
}))
const { flushAll, working } = await import('@/stores/working')

beforeEach(() => {
  vi.useFakeTimers()
  kept.clear()
  calls.length = 0
})
afterEach(() => vi.useRealTimers())

describe('what is typed', () => {
  it('is kept within a second, even while typing goes on without a pause', async () => {
    const place = working('note.1', { text: '' })
    await vi.advanceTimersByTimeAsync(0)
    for (let n = 1; n <= 10; n++) {
      place.fields.text = '门'.repeat(n)
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(kept.get('note.1')?.text?.length).toBeGreaterThanOrEqual(8)
    await vi.advanceTimersByTimeAsync(400)
    expect(kept.get('note.1')).toEqual({ text: '门'.repeat(10) })
    await place.leave()
  })

  it('is put back, and one who already types is not overwritten', async () => {
    kept.set('note.2', { text: '外摆桌椅 6 张' })
    const place = working('note.2', { text: '' })
    await vi.advanceTimersByTimeAsync(0)
    expect(place.fields.text).toBe('外摆桌椅 6 张')
    expect(place.restored.value).toBe(true)
    await place.leave()

    const quick = working('note.2', { text: '' })
    quick.fields.text = '我先打的'
    await vi.advanceTimersByTimeAsync(0)
    expect(quick.fields.text).toBe('我先打的')
    await quick.leave()
  })

  it('is forgotten once it has become an entry', async () => {
    const place = working('note.3', { text: '' })
    await vi.advanceTimersByTimeAsync(0)
    place.fields.text = '已清'
    await vi.advanceTimersByTimeAsync(400)
    await place.drop()
    expect(kept.get('note.3')).toEqual({})
    expect(place.fields.text).toBe('')
    await place.leave()
  })

  it('is kept at once when the desk is locked', async () => {
    const place = working('note.4', { text: '' })
    await vi.advanceTimersByTimeAsync(0)
    place.fields.text = '说到一半'
    await flushAll()
    expect(kept.get('note.4')).toEqual({ text: '说到一半' })
    await place.leave()
  })

  it('of a draft may hold fields that were not known before', async () => {
    kept.set('draft.1', { 正文: '经检查' })
    const place = working('draft.1', {}, true)
    await vi.advanceTimersByTimeAsync(0)
    expect(place.fields).toEqual({ 正文: '经检查' })
    await place.drop()
    expect(place.fields).toEqual({})
    await place.leave()
  })
})
