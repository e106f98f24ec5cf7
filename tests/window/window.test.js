// The real desktop window: unlock, start, type Chinese, import, play, sync, see the receipt.
import { after, before, describe, it } from 'node:test'
import { openWindow } from './driver-window.js'
import { mainJob } from './journey.js'
import { picture, World } from './world.js'

describe('an officer at the window', () => {
  const world = new World()
  let desk
  before(async () => {
    await world.openTownship()
    desk = await openWindow(world)
  })
  after(() => world.close())

  mainJob(it, () => ({ desk, world }))
  it('can be shown in the README', { skip: !process.env.LIUHEN_PICTURE }, () => desk.shot(picture))
})
