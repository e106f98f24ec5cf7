// The journeys on site, in Chromium against `liuhen desk` with two officers on one laptop.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { openBrowser } from './driver-browser.js'
import { liuhen } from './furnished.js'
import { PASSPHRASE } from './journey.js'
import { SECOND, SECOND_PASSPHRASE, STEPS } from './journeys/onsite.js'
import { program, World } from './world.js'

describe('on site', () => {
  const world = new World()
  let desk
  before(async () => {
    await world.openTownship()
    const enrol = ['enrol', '--township', world.url, '--code']
    liuhen(world, ...enrol, world.invite('执法员一', 'DEMO-0001'), '--device', '一号机')
    // Before the second officer is here, the only key holder need not be named.
    const id = liuhen(world, 'matter', 'start', '--start', 'patrol', '--title', '占道设摊卖菜', '--place', '观海卫镇一号路菜场外').id
    liuhen(world, 'matter', 'party', id, '--name', '演示甲', '--number', '999999199001010016', '--kind', '个人')
    execFileSync(program('liuhen'), ['--home', world.home, '--json', '--officer', '执法员一', ...enrol, world.invite(SECOND, 'DEMO-0002')], {
      env: { PATH: process.env.PATH, LIUHEN_PASSPHRASE: PASSPHRASE, LIUHEN_NEW_PASSPHRASE: SECOND_PASSPHRASE },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    desk = await openBrowser(world)
  })
  after(() => world.close())

  let lost
  for (const [name, step] of STEPS) {
    it(name, async () => {
      assert.equal(lost, undefined, `not reached after: ${lost}`)
      try {
        await step(desk, world)
      } catch (found) {
        lost = name
        if (process.env.LIUHEN_SHOTS) await desk.shot(`${process.env.LIUHEN_SHOTS}/failed-onsite.png`)
        throw found
      }
      if (process.env.LIUHEN_SHOTS) await desk.shot(`${process.env.LIUHEN_SHOTS}/onsite-${step.name}.png`)
    })
  }
  it('meets no fault of the page and no breach of its security policy', () => assert.deepEqual(desk.faults, []))
})
