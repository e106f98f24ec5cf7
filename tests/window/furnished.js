// A laptop with something in every room: records, media, a draft, findings, what is held and what waits.
import { execFileSync } from 'node:child_process'
import { PASSPHRASE } from './journey.js'
import { program } from './world.js'

/** A command of the terminal on the world's laptop; the last line of its answer. */
export function liuhen(world, ...args) {
  const said = execFileSync(program('liuhen'), ['--home', world.home, '--json', ...args], {
    env: { PATH: process.env.PATH, LIUHEN_PASSPHRASE: PASSPHRASE },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return JSON.parse(said.trim().split('\n').at(-1))
}

/** Furnishes the laptop of `world` and names its rooms by their paths. */
export async function furnished(world, { role = 'officer' } = {}) {
  await world.openTownship()
  liuhen(world, 'enrol', '--township', world.url, '--code', world.invite('执法员一', 'DEMO-0001', role), '--device', '一号机')
  const matter = (kind, title, place, ...more) =>
    liuhen(world, 'matter', 'start', '--start', kind, '--title', title, '--place', place, ...more).id
  const first = matter('patrol', '占道设摊卖菜', '观海卫镇一号路菜场外')
  liuhen(world, 'note', 'add', '--matter', first, '--text', '08:10 人行道设摊卖菜，占地约 3 平方米。')
  liuhen(world, 'matter', 'party', first, '--name', '演示甲', '--number', '999999199001010016')
  world.film('DEV0001_20261123081000_0001.MP4', { seconds: 3, size: '320x180' })
  const { files } = liuhen(world, 'media', 'import', world.camera, '--matter', first)
  const draft = liuhen(world, 'draft', 'new', '--matter', first, '--title', '现场检查（勘验）笔录').id
  liuhen(world, 'sync')
  const second = matter('inspection', '沿街店铺油烟检查', '白沙路街道二号路示例小吃店')
  liuhen(world, 'note', 'add', '--matter', second, '--text', '净化器未开启，店外摆放桌椅 6 张。')
  liuhen(world, 'camera', 'missing', '--reason', '电量耗尽')
  return {
    today: '/today',
    matters: '/matters',
    matter: `/matters/${first}`,
    waiting: `/matters/${second}`,
    draft: `/drafts/${draft}`,
    media: '/media',
    file: `/media/${files[0].media.id}`,
    search: '/search',
    sync: '/sync',
    settings: '/settings',
    manual: '/manual/matters',
    patrol: '/onsite/new/patrol',
    inspection: '/onsite/new/inspection',
    onsite: `/onsite/${second}`,
  }
}
