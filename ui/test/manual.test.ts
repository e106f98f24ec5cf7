import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pageOf } from '@/rooms/manual/where'
import zh from '@strings/zh-CN.json'

const folder = resolve(import.meta.dirname, '../../docs/manual')
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))
const shown = new Set(Object.values(zh))

describe('the manual', () => {
  it.each(pages)('%s calls every button and mark as the screen does', (name) => {
    const text = readFileSync(resolve(folder, name), 'utf8')
    const named = [...text.matchAll(/\*\*([^*]+)\*\*/g)].map((found) => found[1])
    expect(named.filter((words) => !shown.has(words!))).toEqual([])
  })

  it('has a page for every room, and rooms inside a room share one', () => {
    for (const [place, page] of [
      ['/matters/1', 'matters'],
      ['/drafts/1', 'matters'],
      ['/onsite/new/patrol', 'onsite'],
      ['/media', 'media'],
      ['/manual', 'README'],
    ]) {
      expect(pageOf(place!)).toBe(page)
      expect(pages).toContain(`${page}.md`)
    }
  })
})
