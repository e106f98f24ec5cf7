// The same journey in Chromium against `liuhen desk`.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openBrowser } from './driver-browser.js'
import * as person from './journey.js'
import { World } from './world.js'

describe('an officer in a browser', () => {
  const world = new World()
  let desk
  before(async () => {
    await world.openTownship()
    desk = await openBrowser(world)
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
  it('finds the record held by the township', () => person.returnsToTheRecord(desk))
  it('meets no fault of the page and no breach of its security policy', () => assert.deepEqual(desk.faults, []))
})
