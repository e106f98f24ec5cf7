// The journey of media in Chromium against `liuhen desk`.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openBrowser } from './driver-browser.js'
import { enrols } from './journey.js'
import { STEPS, volumes } from './journeys/media.js'
import { World } from './world.js'

describe('an officer and a camera', () => {
  const world = new World()
  let desk
  let lost
  before(async () => {
    volumes(world)
    await world.openTownship()
    desk = await openBrowser(world)
    await enrols(desk, world)
    const input = { start: 'patrol', title: '占道设摊卖菜', place: '观海卫镇一号路菜场外' }
    await desk.page.evaluate(async (asked) => {
      const headers = { 'Content-Type': 'application/json', 'X-Liuhen': '1' }
      await fetch('/api/call', { method: 'POST', headers, body: JSON.stringify({ name: 'start_matter', input: asked }) })
    }, input)
    await desk.click('[data-room=matters]')
    await desk.click('[data-matter]')
  })
  after(() => world.close())

  for (const [name, step] of STEPS) {
    it(name, async () => {
      assert.equal(lost, undefined, `not reached after: ${lost}`)
      lost = name
      await step(desk, world)
      lost = undefined
    })
  }
  it('meets no fault of the page', () => assert.deepEqual(desk.faults, []))
})
