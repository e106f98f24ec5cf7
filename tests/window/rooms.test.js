// Every room, looked at by axe-core: both languages, three themes, plain and at 200 % zoom; then by
// keyboard alone. The rooms hold real records, so that lists, marks and dialogs are looked at too.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import { openBrowser } from './driver-browser.js'
import { findings, focusWalk } from './looking.js'
import { PASSPHRASE } from './journey.js'
import { furnished } from './furnished.js'
import { until, World } from './world.js'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const LANGUAGES = ['zh-CN', 'en']
const THEMES = ['day', 'night', 'contrast']
// 200 % zoom leaves half the width and half the height in CSS pixels.
const WINDOWS = { plain: { width: 1280, height: 800 }, zoomed: { width: 640, height: 400 } }

// Name, room, what opens it.
const DIALOGS = [
  ['name the party', 'matter', '[data-act=party]'],
  ['import', 'matter', '[data-act=import]'],
  ['receipt', 'sync', '[data-act=receipt]'],
]

describe('every room', () => {
  const world = new World()
  let desk
  let rooms
  before(async () => {
    rooms = await furnished(world)
    desk = await openBrowser(world)
    await desk.context.addInitScript({ path: axe })
    await desk.page.emulateMedia({ reducedMotion: 'reduce' })
    const command = (request) => request.url().endsWith('/api/call')
    desk.page.on('request', (request) => command(request) && asked++)
    for (const end of ['requestfinished', 'requestfailed']) desk.page.on(end, (request) => command(request) && asked--)
    await desk.page.reload()
  })
  after(() => world.close())

  const call = (name, input) =>
    desk.page.evaluate(
      async ([name, input]) => {
        const answer = await fetch('/api/call', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Liuhen': '1' },
          body: JSON.stringify({ name, input }),
        })
        if (!answer.ok) throw new Error(JSON.stringify(await answer.json()))
      },
      [name, input],
    )

  /** Goes to a room and waits until it has stopped moving. */
  async function enter(path) {
    await desk.page.evaluate((to) => {
      if (location.hash === `#${to}`) return
      document.querySelectorAll('h1').forEach((old) => old.classList.add('before'))
      location.hash = to
    }, path)
    await desk.page.waitForSelector('h1:not(.before)')
    await settled()
  }

  let asked = 0
  async function settled() {
    await until('every question is answered', async () => asked === 0)
    await desk.page.evaluate(() => document.fonts.ready)
    await until('nothing moves', () =>
      desk.page.evaluate(() =>
        document.getAnimations().every((a) => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity),
      ),
    )
  }

  async function clean(where) {
    const found = await findings(desk.page)
    if (found.length && process.env.LIUHEN_SHOTS) await desk.shot(`${process.env.LIUHEN_SHOTS}/axe-${where.replace(/\W+/g, '-')}.png`)
    return found.map((line) => `${where}: ${line}`)
  }

  /** A page that must be scrolled sideways cuts its lines off. */
  async function sideways(where) {
    const wide = await desk.page.evaluate(() => {
      const room = document.querySelector('#room') ?? document.body
      if (room.scrollWidth - room.clientWidth <= 1) return []
      const edge = room.getBoundingClientRect().right
      const over = [...room.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > edge + 1)
      return over.slice(0, 3).map((one) => `${one.tagName.toLowerCase()}.${one.className}`)
    })
    return wide.map((one) => `${where}: ${one} reaches over the edge`)
  }

  it('before unlocking: no violation in any theme or size', async () => {
    const found = []
    for (const [size, view] of Object.entries(WINDOWS)) {
      await desk.page.setViewportSize(view)
      await desk.page.waitForSelector('#passphrase')
      await settled()
      found.push(...(await clean(`unlock ${size}`)))
    }
    assert.deepEqual(found, [])
    await desk.page.setViewportSize(WINDOWS.plain)
    await desk.type('#passphrase', PASSPHRASE)
    await desk.click('[data-act=unlock]')
    await desk.sees('工作台', { css: 'nav', within: 30_000 })
  })

  for (const language of LANGUAGES) {
    for (const theme of THEMES) {
      it(`${language}, ${theme}: no violation and nothing cut off, plain and at 200 %`, async () => {
        await call('change_settings', { language, theme })
        const found = []
        for (const [size, view] of Object.entries(WINDOWS)) {
          await desk.page.setViewportSize(view)
          await desk.page.reload()
          for (const [name, path] of Object.entries(rooms)) {
            await enter(path)
            const where = `${name} ${language} ${theme} ${size}`
            found.push(...(await clean(where)), ...(await sideways(where)))
          }
        }
        assert.deepEqual(found, [])
      })
    }
  }

  for (const [name, room, opener] of DIALOGS) {
    it(`${name}: the dialog has no violation, keeps the focus and gives it back`, async () => {
      await desk.page.setViewportSize(WINDOWS.plain)
      await enter(rooms[room])
      await desk.page.locator(opener).filter({ visible: true }).first().focus()
      await desk.page.keyboard.press('Enter')
      await desk.page.waitForSelector('.el-dialog, .el-drawer')
      await settled()
      assert.deepEqual(await clean(name), [])
      for (let step = 0; step < 30; step++) {
        await desk.page.keyboard.press('Tab')
        const held = await desk.page.evaluate(() => Boolean(document.activeElement.closest('.el-dialog, .el-drawer, .el-popper')))
        assert.ok(held, 'the focus left the dialog')
      }
      await desk.page.keyboard.press('Escape')
      await until('the dialog is gone', async () => !(await desk.has('.el-dialog, .el-drawer')))
      const back = await desk.page.evaluate((css) => document.activeElement.matches(css), opener)
      assert.ok(back, 'the focus did not return to where it was')
    })
  }

  it('every room can be reached and walked through by keyboard, in the order one reads, with the focus in sight', async () => {
    await call('change_settings', { language: 'zh-CN', theme: 'day' })
    await desk.page.setViewportSize(WINDOWS.plain)
    await desk.page.reload()
    await enter('/today')
    const faults = []
    const doors = await desk.page.locator('nav [data-room]').evaluateAll((all) => all.map((one) => one.dataset.room))
    for (const door of doors) {
      await desk.page.locator('body').press('Home')
      await desk.page.evaluate(() => document.activeElement?.blur())
      let reached = false
      for (let step = 0; step < 40 && !reached; step++) {
        await desk.page.keyboard.press('Tab')
        reached = (await desk.page.evaluate(() => document.activeElement?.getAttribute('data-room'))) === door
      }
      assert.ok(reached, `${door} is not reached by Tab`)
      await desk.page.keyboard.press('Enter')
      await desk.page.waitForFunction((to) => document.querySelector(`[data-room=${to}]`)?.getAttribute('aria-current') === 'page', door)
      await settled()
      faults.push(...(await focusWalk(desk.page)).map((line) => `${door}: ${line}`))
    }
    assert.deepEqual(faults, [])
  })

  it('meets no fault of the page and no breach of its security policy', () => assert.deepEqual(desk.faults, []))
})
