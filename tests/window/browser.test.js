// The same journey in Chromium against `liuhen desk`.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openBrowser } from './driver-browser.js'
import { mainJob } from './journey.js'
import { World } from './world.js'

describe('an officer in a browser', () => {
  const world = new World()
  let desk
  before(async () => {
    await world.openTownship()
    desk = await openBrowser(world)
  })
  after(() => world.close())

  mainJob(it, () => ({ desk, world }))
  it('meets no fault of the page and no breach of its security policy', () => assert.deepEqual(desk.faults, []))
})
