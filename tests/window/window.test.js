// The real desktop window: unlock, start, type Chinese, import, play, sync, see the receipt.
import { after, before, describe, it } from 'node:test'
import { openWindow } from './driver-window.js'
import * as person from './journey.js'
import { picture, World } from './world.js'

describe('an officer at the window', () => {
  const world = new World()
  let desk
  before(async () => {
    await world.openTownship()
    desk = await openWindow(world)
  })
  after(() => world.close())

  it('enrols the laptop with a code of the township', () => person.enrols(desk, world))
  it('is kept out by a wrong passphrase and let in by the right one', () => person.locksAndUnlocks(desk))
  it('starts a patrol', () => person.startsAPatrol(desk))
  it('writes what was seen', () => person.writesANote(desk))
  it('finds a half sentence again after locking', () => person.isLockedInMidSentence(desk))
  it('imports the film of the body camera', () => person.importsAFilm(desk, world))
  it('plays it and jumps in it', () => person.playsIt(desk))
  it('syncs with the township', () => person.syncs(desk))
  it('sees the receipt', () => person.seesTheReceipt(desk))
  it('finds the record held by the township', async () => {
    await person.returnsToTheRecord(desk)
    if (process.env.LIUHEN_PICTURE) await desk.shot(picture)
  })
})
