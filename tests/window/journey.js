// The main job as a person does it, told once for both drivers: enrol, lock and unlock, start, write,
// import, play, sync, see the receipt.
import assert from 'node:assert/strict'
import { until } from './world.js'

export const PASSPHRASE = '菜场门口 三棵樟树 一口井'
const FILM = 'DEV0001_20261123081000_0001.MP4'
const NOTE = '一号路菜场外人行道设摊卖菜，占地约 3 平方米，经劝导当场收摊。'
const HALF = '当事人称明日不再设摊，并'

export async function enrols(desk, world) {
  await desk.sees('登记本机')
  await desk.type('input[name=township]', world.url)
  await desk.type('textarea[name=code]', world.invite('执法员一', 'DEMO-0001'))
  await desk.type('input[name=passphrase]', PASSPHRASE)
  await desk.type('input[name=again]', PASSPHRASE)
  await desk.click('[data-act=enrol]')
  await desk.sees('工作台', { css: 'h1', within: 60_000 })
  await desk.sees('执法员一')
}

export async function locksAndUnlocks(desk) {
  await desk.click('[data-act=lock]')
  await desk.sees('解锁', { css: 'h1' })
  await desk.type('#passphrase', '这不是口令')
  await desk.click('[data-act=unlock]')
  await desk.sees('口令', { css: '[role=alert]', within: 30_000 })
  await unlocks(desk)
}

export async function unlocks(desk) {
  await desk.sees('解锁', { css: 'h1' })
  // A wrong passphrase may have brought a short wait: the field opens again by itself.
  await until('the passphrase field is open', () => desk.run(`return !document.querySelector('#passphrase').disabled`), {
    within: 60_000,
  })
  await desk.type('#passphrase', PASSPHRASE)
  await desk.click('[data-act=unlock]')
  await desk.sees('工作台', { css: 'nav', within: 30_000 })
}

export async function startsAPatrol(desk) {
  await desk.click('[data-room=today]')
  await desk.click('[data-start=patrol]')
  await desk.type('input[name=place]', '观海卫镇一号路菜场外')
  await desk.type('input[name=title]', '占道设摊卖菜')
  await desk.click('[data-act=begin]')
  await desk.sees('占道设摊卖菜', { css: 'h1' })
  await desk.click('[data-act=open-matter]')
  await until('the record is open', () => desk.has('.rail'))
  await desk.sees('巡查')
  await desk.click('[data-act=certificate]')
  await desk.sees('出示执法证件', { css: '[data-kind=certificate_shown]' })
}

export async function namesTheParty(desk) {
  await desk.click('[data-act=rights]')
  await desk.sees('告知权利义务', { css: '[data-kind=rights_told]' })
  await desk.click('[data-act=party]')
  await desk.type('input[name=party-name]', '演示甲')
  await desk.type('input[name=party-number]', '999999199001010016')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('当事人：演示甲', { css: '[data-kind=party_set]' })
  await desk.sees('9999**********0016', { css: 'aside' })
}

export async function writesANote(desk) {
  await desk.type('textarea[name=note]', NOTE)
  await desk.click('[data-act=note]')
  await desk.sees(NOTE, { css: '[data-kind=note]' })
  await desk.sees('待上传', { css: '[data-kind=note]' })
}

/** Typed text is kept within a second, and is there again after a lock in mid-sentence. */
export async function isLockedInMidSentence(desk) {
  await desk.type('textarea[name=note]', HALF)
  await desk.click('[data-act=lock]')
  await unlocks(desk)
  await desk.click('[data-room=matters]')
  await desk.click('[data-matter]')
  await until('the half sentence is back', async () => (await desk.value('textarea[name=note]')) === HALF)
  await desk.type('textarea[name=note]', `${HALF}已登记身份信息。`)
  await desk.click('[data-act=note]')
  await desk.sees(`${HALF}已登记身份信息。`, { css: '[data-kind=note]' })
}

export async function importsAFilm(desk, world) {
  world.film(FILM)
  await desk.click('[data-act=import]')
  // The machine's own dialog is beyond a driver: in the window the folder view of the browser is offered too.
  await until('the dialog is there', () => desk.has('[data-act=choose-files]'))
  await desk.click((await desk.has('[data-act=browse]')) ? '[data-act=browse]' : '[data-act=choose-files]')
  await until('the folder is listed', () => desk.has('.items'))
  await desk.type('input[name=folder-path]', world.camera)
  await desk.click('[data-act=open-folder]')
  await desk.sees(FILM, { css: '.items' })
  await desk.click('.items .file')
  await desk.click('[data-act=add-files]')
  await desk.sees('1 个文件')
  await desk.click('[data-act=go-import]')
  await desk.sees('已导入 1 个文件', { css: '[data-part=import-outcome]', within: 60_000 })
  await desk.click('[data-act=close-import]')
  await desk.sees(FILM, { css: '[data-kind=media_linked]' })
}

export async function playsIt(desk) {
  await desk.click('[data-room=media]')
  await desk.click('[data-media]')
  await desk.sees(FILM, { css: 'h1' })
  await until('the film is loaded', () => desk.run(`return document.querySelector('video')?.readyState >= 1`), {
    within: 30_000,
  })
  await desk.click('[data-act=play]')
  const at = () => desk.run(`return document.querySelector('video').currentTime`)
  await until('the film plays', async () => (await at()) > 0.4, { within: 30_000 })
  await desk.run(`document.querySelector('video').currentTime = 6`)
  await until('it goes on from where one jumped', async () => (await at()) > 6.2, { within: 30_000 })
  assert.equal(await desk.run(`return document.querySelector('video').error`), null)
  await desk.run(`document.querySelector('video').pause()`)
}

export async function syncs(desk) {
  await desk.click('[data-room=sync]')
  await desk.sees('待上传')
  await desk.click('[data-act=sync]')
  await desk.sees('没有待上传的内容', { css: '[data-part=waiting]', within: 60_000 })
  await desk.sees('1 个音像文件', { css: '[data-part=held]' })
}

export async function seesTheReceipt(desk) {
  await desk.click('[data-act=receipt]')
  await desk.sees('它证明', { css: '[data-part=receipt-state]' })
  await desk.sees('现场情况', { css: 'table' })
}

/** Closes whatever dialog is open and goes back to the record. */
export async function returnsToTheRecord(desk) {
  await desk.click('.el-dialog__headerbtn')
  await until('the dialog is gone', async () => !(await desk.has('.el-dialog__headerbtn')))
  await desk.click('[data-room=matters]')
  await desk.click('[data-matter]')
  await desk.sees('已入库')
}

const STEPS = [
  ['enrols the laptop with a code of the township', enrols],
  ['is kept out by a wrong passphrase and let in by the right one', locksAndUnlocks],
  ['starts a patrol', startsAPatrol],
  ['tells the rights and names the party, whose number is masked', namesTheParty],
  ['writes what was seen', writesANote],
  ['finds a half sentence again after locking', isLockedInMidSentence],
  ['imports the film of the body camera', importsAFilm],
  ['plays it and jumps in it', playsIt],
  ['syncs with the township', syncs],
  ['sees the receipt', seesTheReceipt],
  ['finds the record held by the township', returnsToTheRecord],
]

/** The steps as tests; each needs the one before, so the first that fails ends the journey. */
export function mainJob(it, stage) {
  let lost
  for (const [name, step] of STEPS) {
    it(name, async () => {
      assert.equal(lost, undefined, `not reached after: ${lost}`)
      const { desk, world } = stage()
      try {
        await step(desk, world)
      } catch (found) {
        lost = name
        if (process.env.LIUHEN_SHOTS) await desk.shot(`${process.env.LIUHEN_SHOTS}/failed-${desk.name}.png`)
        throw found
      }
      if (process.env.LIUHEN_SHOTS) await desk.shot(`${process.env.LIUHEN_SHOTS}/${desk.name}-${step.name}.png`)
    })
  }
}
