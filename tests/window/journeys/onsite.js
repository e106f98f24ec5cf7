// On site: a patrol in three taps and twenty seconds, an inspection by keyboard, signatures, the second
// officer by PIN, a party from memory and from a reader. Told once for both drivers.
import assert from 'node:assert/strict'
import http from 'node:http'
import { PASSPHRASE, unlocks } from '../journey.js'
import { until } from '../world.js'

export const SECOND = '执法员二'
export const SECOND_PASSPHRASE = '二号桥下 两只水桶 一盏灯'
const THIRD_PASSPHRASE = '三座石桥 两排柳树 一间茶馆'
const MOST_TAPS = 3
const MOST_SECONDS = 20

/** A simulator of a card reader's local service. */
export function cardReader(world) {
  return new Promise((done) => {
    const card = JSON.stringify({ retcode: '0', Name: '演示乙', cardno: '999999198506150028' })
    const service = http.createServer((_, answer) => answer.end(card)).listen(0, '127.0.0.1', () => {
      world.keep({ stop: () => new Promise((ended) => (service.closeAllConnections(), service.close(ended))) })
      done(`http://127.0.0.1:${service.address().port}/read`)
    })
  })
}

const here = (desk) => desk.run('return location.hash')

async function toToday(desk) {
  await desk.run(`location.hash = '/today'`)
  await desk.sees('工作台', { css: 'h1' })
}

export async function opensTheDesk(desk) {
  await unlocks(desk)
}

export async function recordsAPatrolInThreeTaps(desk) {
  await toToday(desk)
  let taps = 0
  const tap = async (css) => {
    taps += 1
    await desk.click(css)
  }
  const begun = Date.now()
  await tap('[data-start=patrol]')
  await until('the place is filled in', async () => (await desk.value('input[name=place]')) !== '')
  await tap('[data-phrase="占道设摊"]')
  await tap('[data-act=keep-patrol]')
  await desk.sees('已保存在本机：占道设摊', { css: '[data-part=patrol-kept]' })
  const seconds = (Date.now() - begun) / 1000
  assert.ok(taps <= MOST_TAPS, `${taps} taps`)
  assert.ok(seconds <= MOST_SECONDS, `${seconds} s`)
  assert.equal(await desk.value('input[name=title]'), '', 'the next one can be begun')
}

/** Nothing is touched: Tab, Enter, letters and Alt with a digit. */
export async function inspectsByKeyboardOnly(desk) {
  await toToday(desk)
  await desk.run(`document.querySelector('#room').focus()`)
  const focused = (css) => desk.run(`return document.activeElement?.matches(${JSON.stringify(css)}) ?? false`)
  const tabTo = async (css) => {
    for (let step = 0; step < 60; step++) {
      if (await focused(css)) return
      await desk.press('Tab')
    }
    assert.fail(`${css} is not reached by Tab`)
  }
  await tabTo('[data-start=inspection]')
  await desk.press('Enter')
  await until('the start is there', () => desk.has('input[name=title]'))
  await until('the place is filled in', async () => (await desk.value('input[name=place]')) !== '')
  await tabTo('input[name=title]')
  await desk.type('input[name=title]', '油烟净化设施检查')
  await tabTo('[role=radio][tabindex="0"]')
  await desk.press('Space')
  await tabTo('[data-act=begin]')
  await desk.press('Enter')
  await desk.sees('油烟净化设施检查', { css: 'h1' })
  for (const [digit, step] of [['1', 'arrive'], ['2', 'certificate'], ['3', 'rights']]) {
    await desk.press(`Alt+${digit}`)
    await until(`${step} is stamped`, () => desk.has(`[data-step=${step}].done`))
  }
  await desk.press('Alt+4')
  await until('the cursor stands in the note', () => focused('textarea[name=note]'))
  await desk.type('textarea[name=note]', '净化器未开启，经营活动正在进行。')
  await desk.press('Control+Enter')
  await desk.sees('净化器未开启', { css: '[data-kind=note]' })
}

/** A gloved finger: everything that can be touched is at least 44 px high and wide. */
export async function isFingerSized(desk) {
  const small = await desk.run(`
    return [...document.querySelectorAll('.onsite :is(button, a, input, textarea)')]
      .filter((one) => one.checkVisibility())
      .map((one) => one.closest('.el-input__wrapper') ?? one)
      .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 44 || box.width < 44 })
      .map((one) => one.outerHTML.slice(0, 100))`)
  assert.deepEqual(small, [])
}

export async function knowsThePartyAgain(desk) {
  await desk.click('[data-act=party]')
  await desk.type('input[name=party-name]', '演示')
  await desk.sees('9999**********0016', { css: '[data-party="演示甲"]' })
  await desk.click('[data-party="演示甲"]')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('9999**********0016', { css: '[data-act=party]' })
  await desk.sees('占道设摊卖菜', { css: '[data-part=earlier]' })
}

export async function readsACard(desk, world) {
  const address = await cardReader(world)
  await desk.click('[data-act=party]')
  await desk.click('[data-act=reader]')
  await desk.type('input[name=reader-address]', address)
  await desk.click('[data-act=keep-reader]')
  await desk.click('[data-act=read-card]')
  await until('the card is read', async () => (await desk.value('input[name=party-name]')) === '演示乙')
  await desk.sees('9999**********0028', { css: '.el-dialog' })
  const text = await desk.run(`return document.body.innerText`)
  assert.ok(!text.includes('999999198506150028'), 'the number never stands on the screen')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('演示乙', { css: '[data-act=party]' })
}

export async function isSigned(desk) {
  await desk.click('[data-act=sign-party]')
  await until('the paper lies there', () => desk.has('[data-part=signature]'))
  await until('it has its size', () => desk.run(`return document.querySelector('[data-part=signature]').width > 300`))
  await desk.draw('[data-part=signature]', [[0.1, 0.3], [0.3, 0.7], [0.5, 0.3], [0.7, 0.7], [0.9, 0.4]])
  await desk.draw('[data-part=signature]', [[0.3, 0.2], [0.35, 0.8]])
  await desk.click('[data-act=keep-signature]')
  await desk.sees('演示乙已签名', { css: '[data-act=sign-party]' })
}

export async function isRefused(desk) {
  await desk.click('[data-act=sign-witness]')
  await desk.click('[data-act=refuse-turn]')
  await desk.click('[data-choice=left]')
  await desk.type('input[name=refusal-witness]', '见证人甲')
  await desk.click('[data-act=keep-refusal]')
  await desk.sees('拒签：自行离开现场', { css: '[data-act=sign-witness]' })
}

export async function isConfirmedByPin(desk) {
  await desk.click('[data-act=second]')
  await desk.type('input[name=second-passphrase]', SECOND_PASSPHRASE)
  await desk.type('input[name=new-pin]', '2580')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('已确认', { css: '[data-act=second]', within: 30_000 })
  await desk.type('textarea[name=note]', '当事人当场开启净化器。')
  await desk.click('[data-act=note]')
  await desk.sees('等执法员二确认 1 条', { css: '[data-act=second]' })
  await desk.click('[data-act=second]')
  await desk.type('input[name=second-pin]', '9513')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('还可再试 2 次', { css: '[role=alert]' })
  await desk.type('input[name=second-pin]', '2580')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('执法员二已确认', { css: '[data-act=second]' })
}

export async function leavesAndCloses(desk) {
  await desk.click('[data-step=leave]')
  await until('leaving is stamped', () => desk.has('[data-step=leave].done'))
  await desk.click('[data-act=close]')
  await desk.click('[data-result=corrected]')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('已办结', { css: 'header' })
}

export async function locksInMidSentence(desk) {
  await toToday(desk)
  await desk.click('[data-start=patrol]')
  await until('the start is there', () => desk.has('input[name=title]'))
  await desk.type('textarea[name=text]', '店外堆放三箱水果，')
  await desk.press('Control+l')
  await desk.sees('解锁', { css: 'h1' })
  await desk.type('#passphrase', PASSPHRASE)
  await desk.click('[data-act=unlock]')
  // The door opens to where one stood.
  await desk.sees('开始巡查', { css: 'h1', within: 30_000 })
  await until('half a sentence is back', async () => (await desk.value('textarea[name=text]')) === '店外堆放三箱水果，')
  assert.match(await here(desk), /onsite/)
}

/** A third officer on this laptop: let in by one who is here, from a pasted page; then the quick change. */
export async function enrolsAnotherOfficer(desk, world) {
  await desk.press('Control+l')
  await desk.sees('解锁', { css: 'h1' })
  await desk.click('[data-act=another]')
  const code = world.invite('执法员三', 'DEMO-0003')
  await desk.type('textarea[name=code]', `服务端地址：${world.url}，登记码：${code}。24 小时内有效，只用一次。`)
  await until('the page is taken apart', async () => (await desk.value('input[name=township]')) === world.url)
  await desk.type('input[name=passphrase]', 'abcd1234')
  await desk.sees('强度：偏弱')
  for (const field of ['passphrase', 'again']) await desk.type(`input[name=${field}]`, THIRD_PASSPHRASE)
  await desk.sees('强度：好')
  await desk.type('input[name=present-passphrase]', PASSPHRASE)
  await desk.click('[data-act=enrol]')
  await desk.sees('解锁', { css: 'h1', within: 60_000 })
  const chosen = () => desk.run(`return document.querySelector('[role=radio][aria-checked=true]')?.dataset.holder`)
  assert.equal(await chosen(), '执…三', 'the new one is chosen')
  await desk.type('#passphrase', THIRD_PASSPHRASE)
  await desk.click('[data-act=unlock]')
  await desk.sees('开始巡查', { css: 'h1', within: 30_000 })
  await toToday(desk)
  await desk.sees('执法员三', { css: 'nav' })
  await desk.click('[data-act=change-officer]')
  await desk.sees('解锁', { css: 'h1' })
  assert.equal(await chosen(), '执…一', 'another one is chosen')
}

export const STEPS = [
  ['opens the desk', opensTheDesk],
  ['records a patrol in three taps and twenty seconds', recordsAPatrolInThreeTaps],
  ['inspects by keyboard only, each step stamped', inspectsByKeyboardOnly],
  ['offers nothing smaller than a finger', isFingerSized],
  ['knows a party from an earlier record, the number masked', knowsThePartyAgain],
  ['reads a card from the reader', readsACard],
  ['has the party sign on the screen', isSigned],
  ['records a refusal to sign with its witness', isRefused],
  ['has the second officer confirm by PIN', isConfirmedByPin],
  ['leaves and closes', leavesAndCloses],
  ['finds half a sentence again after Ctrl+L', locksInMidSentence],
  ['lets a third officer in and changes quickly', enrolsAnotherOfficer],
]
