// The manual: F1 opens the page of the room one is in, its pictures are there, and back again. With
// LIUHEN_MANUAL=1 the pictures are only taken anew, so that a changed screen changes the manual; they are
// in the pages after the next build.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openBrowser } from './driver-browser.js'
import { PASSPHRASE } from './journey.js'
import { furnished } from './furnished.js'
import { until, World } from './world.js'

const folder = resolve(import.meta.dirname, '../../docs/manual/pictures')
// Room of the furnished laptop, and the page that tells of it.
const ROOMS = [
  ['today', 'today'],
  ['patrol', 'onsite'],
  ['onsite', 'onsite'],
  ['matter', 'matters'],
  ['media', 'media'],
  ['file', 'media'],
  ['search', 'search'],
  ['sync', 'sync'],
  ['settings', 'settings'],
]

describe('the manual', () => {
  const world = new World()
  let desk
  let rooms
  before(async () => {
    rooms = await furnished(world)
    desk = await openBrowser(world)
    await desk.page.emulateMedia({ reducedMotion: 'reduce' })
    mkdirSync(folder, { recursive: true })
  })
  after(() => world.close())

  const still = async () => {
    await desk.page.waitForLoadState('networkidle')
    await desk.page.evaluate(() => document.fonts.ready)
  }
  const picture = async (name) => {
    if (!process.env.LIUHEN_MANUAL) return
    await still()
    await desk.page.evaluate(() => document.activeElement?.blur())
    await desk.shot(join(folder, `${name}.png`))
  }
  const opens = async (title) => {
    if (process.env.LIUHEN_MANUAL) return
    await desk.page.keyboard.press('F1')
    await desk.sees(title, { css: '.manual h1' })
    await until('every picture of the page is there', () =>
      desk.run(`return [...document.querySelectorAll('.manual img')].every((one) => one.complete && one.naturalWidth > 0)`),
    )
    assert.ok(await desk.has('.manual img'), `${title} shows no picture`)
  }

  it('opens before unlocking, too', async () => {
    await desk.sees('解锁', { css: 'h1' })
    await picture('unlock')
    await opens('解锁')
    await desk.page.keyboard.press('Escape')
    await desk.type('#passphrase', PASSPHRASE)
    await desk.click('[data-act=unlock]')
    await desk.sees('工作台', { css: 'nav', within: 30_000 })
  })

  for (const [room, page] of ROOMS) {
    it(`${room}: F1 opens ${page}, and leads back`, async () => {
      await desk.page.evaluate((to) => {
        if (location.hash === `#${to}`) return
        document.querySelectorAll('h1').forEach((old) => old.classList.add('before'))
        location.hash = to
      }, rooms[room])
      await desk.page.waitForSelector('h1:not(.before)')
      await still()
      if (room === 'search') {
        await desk.type('input[name=search]', '占道')
        await desk.page.waitForSelector('[data-hit]')
      }
      if (process.env.LIUHEN_MANUAL && room === 'file') await until('the film is shown', () => desk.run(`return document.querySelector('video').readyState >= 2`))
      await picture(room)
      const titles = { today: '工作台', onsite: '现场执法', matters: '执法记录', media: '音像资料', search: '查询', sync: '上传同步', settings: '设置' }
      await opens(titles[page])
      if (!process.env.LIUHEN_MANUAL) await desk.page.keyboard.press('F1')
      await until('the room is back', () => desk.run(`return location.hash === '#${rooms[room]}'`))
    })
  }

  it('lists its pages, and each is there', async () => {
    await desk.click('[data-room=manual]')
    await desk.sees('使用手册', { css: '.manual h1' })
    const pages = await desk.page.locator('.manual a').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
    assert.equal(pages.length, 8)
    for (const to of pages) {
      await desk.page.evaluate((href) => (location.hash = href), to)
      await until(`${to} is read`, () => desk.run(`return Boolean(document.querySelector('.manual h2'))`))
    }
  })

  it('meets no fault of the page and no breach of its security policy', () => assert.deepEqual(desk.faults, []))
})
