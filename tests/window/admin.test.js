// A supervisor at the desk: people, keys and late entries, in Chromium against `liuhen desk`.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openBrowser } from './driver-browser.js'
import { liuhen } from './furnished.js'
import { ADMIN } from './journeys/admin.js'
import { World } from './world.js'

describe('a supervisor in a browser', () => {
  const world = new World()
  let desk
  let lost
  before(async () => {
    await world.openTownship()
    const code = world.invite('监督员一', 'DEMO-0009', 'supervisor')
    liuhen(world, 'enrol', '--township', world.url, '--code', code, '--device', '监督机')
    liuhen(world, 'sync')
    desk = await openBrowser(world)
  })
  after(() => world.close())

  for (const [name, step] of ADMIN) {
    it(name, async () => {
      assert.equal(lost, undefined, `not reached after: ${lost}`)
      lost = name
      try {
        await step(desk, world)
        lost = undefined
      } finally {
        if (process.env.LIUHEN_SHOTS) await desk.shot(`${process.env.LIUHEN_SHOTS}/admin-${step.name}.png`)
      }
    })
  }
  it('meets no fault of the page and no breach of its security policy', () => assert.deepEqual(desk.faults, []))
})
