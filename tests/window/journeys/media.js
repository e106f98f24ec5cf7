// Media as an officer meets them: a camera is plugged in, its clock is put right, the record lights up beside
// the film, a moment is marked, a still kept, the camera emptied of what is held, and all of it is found again.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../world.js'

const FIRST = '到达现场，人行道设摊卖菜，占地约 3 平方米。'
const SECOND = '告知当事人不得占道，当事人表示马上收摊。'
const FAST_S = 460

/** Where volumes appear, to be set before the desk starts. */
export function volumes(world) {
  const folder = join(world.folder, 'volumes')
  mkdirSync(join(folder, 'CARD_A'), { recursive: true })
  world.env = { ...world.env, LIUHEN_VOLUMES: folder }
}

/** A recording in two files, begun at `begun` by a clock that runs 7 min 40 s fast. */
function plugIn(world, begun) {
  const shown = new Date(begun.getTime() + FAST_S * 1000)
  const local = new Date(shown.getTime() + 8 * 3_600_000)
  const stem = `DEV0002_${local.toISOString().replace(/[-T:]/g, '').slice(0, 14)}`
  for (const [part, seconds] of [[1, 0], [2, 8]]) {
    const name = `${stem}_000${part}.MP4`
    const made = world.film(name)
    const created = new Date(shown.getTime() + seconds * 1000).toISOString()
    const onCard = join(world.folder, 'volumes/CARD_A', name)
    execFileSync('ffmpeg', ['-loglevel', 'error', '-y', '-i', made, '-c', 'copy', '-metadata', `creation_time=${created}`, onCard])
  }
  return stem
}

async function writes(desk, text) {
  await desk.type('textarea[name=note]', text)
  await desk.click('[data-act=note]')
  await desk.sees(text, { css: '[data-kind=note]' })
}

export async function recordsTwoNotes(desk, world) {
  world.begun = new Date(Date.now() - 3000)
  await writes(desk, FIRST)
  await writes(desk, SECOND)
}

export async function isOfferedThePluggedInCamera(desk, world) {
  world.stem = plugIn(world, world.begun)
  await desk.click('[data-room=media]')
  await desk.sees('CARD_A', { css: '[data-part=fresh]', within: 30_000 })
  await desk.click('[data-act=take-fresh]')
  await desk.sees('一段录像，分成 2 个文件', { css: '[data-part=import-files]', within: 30_000 })
}

export async function putsTheClockRightAndImports(desk) {
  await desk.click('[data-part=clock] .el-select')
  await desk.click('.el-select-dropdown__item:nth-child(2)')
  await desk.type('[data-part=clock] input[aria-label="分"]', '7')
  await desk.type('[data-part=clock] input[aria-label="秒"]', '40')
  await desk.click('#device')
  await desk.sees('记录仪快 7 分 40 秒', { css: '[data-part=clock]' })
  await desk.sees('按拍摄时间推荐', { css: '[data-part=import-files]' })
  await desk.click('[data-act=go-import]')
  await desk.sees('已导入 2 个文件', { css: '[data-part=import-outcome]', within: 60_000 })
  await desk.click('[data-act=close-import]')
}

export async function jumpsFromANoteToItsSecond(desk) {
  await desk.click('[data-room=matters]')
  await desk.click('[data-matter]')
  await until('the film is there', () => desk.run(`return document.querySelector('[data-part=film] video')?.readyState >= 1`), {
    within: 30_000,
  })
  await desk.click(`[data-kind=note].filmed [data-act=jump]`)
  await desk.sees(FIRST, { css: '.item.lit' })
  const at = await desk.run(`return document.querySelector('[data-part=film] video').currentTime`)
  assert.ok(at > 1 && at < 8, `the second of the note, clock offset applied: ${at}`)
}

export async function seesTheLinesOfTheMomentLightUp(desk) {
  await desk.run(`document.querySelector('[data-part=film] video').currentTime = 0.2`)
  await until('nothing is lit before the first note', () =>
    desk.run(`return ![...document.querySelectorAll('.item.lit')].some((l) => l.innerText.includes(arguments[0]))`, FIRST),
  )
  await desk.run(`const film = document.querySelector('[data-part=film] video'); film.muted = true; return void film.play()`)
  await desk.sees(FIRST, { css: '.item.lit', within: 30_000 })
}

export async function marksAMomentAndKeepsAStill(desk) {
  await desk.click('[data-room=media]')
  await desk.click('[data-media]')
  await until('the film is loaded', () => desk.run(`return document.querySelector('video')?.readyState >= 2`), { within: 30_000 })
  await desk.type('input[name=mark-text]', '当事人收摊')
  await desk.click('[data-act=mark-moment]')
  await desk.sees('当事人收摊', { css: '[data-part=marks] li' })
  await desk.click('[data-act=still]')
  await desk.sees('画面已保存', { within: 30_000 })
  await desk.click('[data-room=media]')
  await desk.sees('截取画面（复制件）', { css: '[data-media]' })
}

export async function emptiesTheCameraOnlyOfWhatIsHeld(desk) {
  await desk.click('[data-room=sync]')
  await desk.click('[data-act=sync]')
  await desk.sees('没有待上传的内容', { css: '[data-part=waiting]', within: 60_000 })
  await desk.click('[data-room=media]')
  await desk.click('[data-act=import]')
  await desk.click('[data-act=clear-camera]')
  await desk.sees('2 个文件已入库，可以清空', { css: '[data-part=clear-outcome]', within: 30_000 })
  await desk.click('[data-act=go-clear]')
  await desk.sees('已清空 2 个文件', { css: '[data-part=clear-outcome]', within: 30_000 })
  await desk.click('[data-act=close-clear]')
}

export async function findsItAgain(desk) {
  await desk.run(`location.hash = '#/search'`)
  await desk.type('input[name=search]', '收摊')
  await desk.sees('DEV0002', { css: '[data-hit]' })
  await desk.click('[data-kind=note]')
  await desk.sees(SECOND, { css: '[data-hit]' })
}

export const STEPS = [
  ['writes two notes', recordsTwoNotes],
  ['is offered the camera that was plugged in, its recording as one', isOfferedThePluggedInCamera],
  ['puts the clock right and imports into the record of that time', putsTheClockRightAndImports],
  ['jumps from a note to its second of the film', jumpsFromANoteToItsSecond],
  ['sees the lines of the moment light up', seesTheLinesOfTheMomentLightUp],
  ['marks a moment and keeps a still', marksAMomentAndKeepsAStill],
  ['empties the camera only of what is held', emptiesTheCameraOnlyOfWhatIsHeld],
  ['finds it again', findsItAgain],
]
