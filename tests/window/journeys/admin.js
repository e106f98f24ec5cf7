// 管理: a supervisor enrols a person, ends a lost laptop, decides what arrived late, registers a witness;
// all from the desk, without a shell.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { liuhen } from '../furnished.js'
import { unlocks } from '../journey.js'
import { until } from '../world.js'

const LATE = '离岗后才上传的一条'

/** A second laptop of an officer, whose home lies beside the supervisor's. */
function laptop(world, name) {
  return { home: join(world.folder, name) }
}

/** Opens an Element Plus select by its place and takes the option with these words. */
async function choose(desk, css, words) {
  await desk.click(css)
  await until(`the choice ${words} is offered`, () =>
    desk.run(
      `const one = [...document.querySelectorAll('.el-select-dropdown__item')].find((o) => o.checkVisibility() && o.textContent.trim() === ${JSON.stringify(words)}); one?.click(); return Boolean(one)`,
    ),
  )
}

export async function opensTheRoom(desk) {
  await unlocks(desk)
  await desk.click('[data-room=admin]')
  await desk.sees('管理', { css: 'h1' })
  await desk.sees('监督员一', { css: '[data-person]' })
  await desk.sees('还没有备份过', { css: '[data-part=backup]' })
}

/** The code made on this laptop enrols another one, though the township never saw it. */
export async function enrolsAPerson(desk, world) {
  await desk.click('[data-act=invite]')
  await desk.type('input[name=invite-name]', '执法员二')
  await choose(desk, '.el-dialog .el-select', '执法辅助人员')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('执法员二', { css: '.el-dialog' })
  const code = await desk.run(`return document.querySelector('[data-part=code]').textContent`)
  await desk.click('.el-dialog [data-act=close]')
  await desk.sees('登记码待使用：执法员二')
  world.second = laptop(world, 'laptop-2')
  liuhen(world.second, 'enrol', '--township', world.url, '--code', code, '--device', '二号机')
  await desk.click('[data-act=reload]')
  await desk.sees('执法辅助人员', { css: '[data-person="执法员二"]' })
  await desk.sees('二号机', { css: '[data-key]' })
}

export async function addsAndTakesBackARole(desk) {
  const person = '[data-person="执法员二"]'
  await desk.click(`${person} [data-act=grant]`)
  await choose(desk, '.el-dialog .el-select', '档案员')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('档案员', { css: person })
  await desk.click(`${person} [data-act=withdraw]`)
  await choose(desk, '.el-dialog .el-select', '档案员')
  await desk.type('.el-dialog input[name=reason]', '档案交接完毕')
  await desk.click('.el-dialog [data-act=go]')
  await until('the role is gone', async () => !(await desk.run(`return document.querySelector('${person}').textContent.includes('档案员')`)))
}

export async function endsALostLaptop(desk, world) {
  const matter = liuhen(world.second, 'matter', 'start', '--start', 'patrol', '--title', '离岗前的巡查', '--place', '一号路').id
  liuhen(world.second, 'sync')
  liuhen(world.second, 'note', 'add', '--matter', matter, '--text', LATE)
  await desk.click('[data-key="二号机"] [data-act=lost]')
  await choose(desk, '.el-dialog .el-select', '更换电脑或密钥')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('已停用：已更换', { css: '[data-key="二号机"]' })
  assert.throws(() => liuhen(world.second, 'sync'), 'what waits is handed in, nothing more is given out')
}

export async function decidesWhatArrivedLate(desk) {
  await desk.click('[data-act=reload]')
  await desk.sees('现场情况', { css: '[data-part=late]' })
  await desk.click('[data-part=late] .el-checkbox')
  await desk.click('[data-act=admit]')
  await desk.type('textarea[name=late-reason]', '核对工作日志后采信')
  await desk.click('.el-dialog [data-act=go]')
  await desk.sees('没有待核记录', { css: '[data-part=late]' })
}

export async function seesTheBackup(desk, world) {
  world.township('backup', '--out', join(world.folder, 'township.tar'))
  await desk.click('[data-act=reload]')
  await desk.sees('最近备份：今天', { css: '[data-part=backup]' })
}

/** Who has no role for it sees no door, and the township refuses all the same. */
export async function isShutForAnOfficer(desk, world) {
  const officer = laptop(world, 'laptop-3')
  liuhen(officer, 'enrol', '--township', world.url, '--code', world.invite('执法员三', 'DEMO-0003'), '--device', '三号机')
  const shown = liuhen(officer, 'officers')
  assert.equal([shown].flat().find((one) => one.name === '执法员三').oversees, false)
}

export const ADMIN = [
  ['opens the room', opensTheRoom],
  ['enrols a person with a code that the township never saw', enrolsAPerson],
  ['adds a role and takes it back', addsAndTakesBackARole],
  ['ends a laptop', endsALostLaptop],
  ['decides what arrived late, with a reason', decidesWhatArrivedLate],
  ['sees the backup', seesTheBackup],
  ['is shut for an officer', isShutForAnOfficer],
]

