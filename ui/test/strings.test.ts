import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from '@strings/en.json'
import zh from '@strings/zh-CN.json'

const chinese = zh as Record<string, string>
const english = en as Record<string, string>

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'bindings' ? [] : sources(path)
    return /\.(ts|vue)$/.test(entry.name) ? [path] : []
  })
}

const texts = sources(join(__dirname, '../src')).map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const used = new Set<string>()
const patterns = new Map<string, RegExp>()
for (const { text } of texts) {
  for (const found of text.matchAll(/['"`](ui\.[a-z0-9_.]+)['"`]/g)) used.add(found[1] ?? '')
  // `ui.state.${x}` stands for every key of that shape.
  for (const found of text.matchAll(/`(ui\.[a-z0-9_.]*\$\{[^`]+)`/g)) {
    const shape = (found[1] ?? '').replace(/\$\{[^}]*\}/g, '*')
    patterns.set(shape, new RegExp(`^${shape.replaceAll('.', '\\.').replaceAll('*', '[a-z0-9_.]+')}$`))
  }
}
const ours = Object.keys(chinese).filter((key) => key.startsWith('ui.'))

describe('the sentences of the desk', () => {
  it('exist in both languages with the same places to fill in', () => {
    expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort())
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
    for (const [key, text] of Object.entries(chinese)) expect(places(english[key] ?? ''), key).toEqual(places(text))
  })

  it('hold no sign that the translator would read as its own', () => {
    for (const [key, text] of [...Object.entries(chinese), ...Object.entries(english)]) {
      expect(text, key).not.toMatch(/[@|]/)
    }
  })

  it('exist for every key that a room names', () => {
    const missing = [...used].filter((key) => !(key in chinese) && !ours.some((other) => other.startsWith(`${key}.`)))
    expect(missing).toEqual([])
    for (const [shape, pattern] of patterns) expect(ours.filter((key) => pattern.test(key)), shape).not.toEqual([])
  })

  it('are each named by some room', () => {
    const unused = ours.filter((key) => !used.has(key) && ![...patterns.values()].some((p) => p.test(key)))
    expect(unused).toEqual([])
  })

  it('use the words of the trade', () => {
    // Ruled out by docs/glossary.md: words of criminal procedure, of other trades, or that promise too much.
    const avoid =
      /讯问|审讯|嫌疑人|犯罪|抓捕|取缔|没收|扣押|罚单|罚款任务|罚款指标|城管|红头|区块链|上链|可信时间戳|电子签名|一键处罚|黑名单|违章建筑|老板|摊贩|删除|用户|提交成功|离线|素材|打标签|隔离|哈希|笔录|绑定|偏移量|违规|摄像头|发布|密码|收据|票据|班次/
    // That nothing was deleted must be said in that very word.
    for (const [key, text] of Object.entries(chinese)) expect(text.replaceAll('没有删除', ''), key).not.toMatch(avoid)
  })

  it('are written as Chinese is written: full-width signs, figures set apart, no dates or units of elsewhere', () => {
    for (const [key, text] of Object.entries(chinese)) {
      expect(text, key).not.toMatch(/\p{Script=Han}[,:;?!]|[,:;?!]\p{Script=Han}|\([^)]*\p{Script=Han}/u)
      expect(text, key).not.toMatch(/\p{Script=Han}\d|\d\p{Script=Han}/u)
      expect(text, key).not.toMatch(/\d{1,2}\/\d{1,2}\/\d|\b(AM|PM|am|pm)\b|\.{3}/)
    }
  })

  it('are English where English was chosen', () => {
    for (const [key, text] of Object.entries(english)) expect(text, key).not.toMatch(/\p{Script=Han}|[，。；：？！（）]/u)
  })

  it('are not written into the rooms themselves', () => {
    const han = /\p{Script=Han}/u
    const said: string[] = []
    for (const { path, text } of texts) {
      text
        .replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, '')
        .split('\n')
        .forEach((line, n) => {
          const code = line.replace(/(^|\s)\/\/.*$/, '')
          // The names of the languages and of the program are the same in every language.
          if (han.test(code.replace(/中文|留痕|[：、（）]/g, ''))) said.push(`${path}:${n + 1} ${line.trim()}`)
        })
    }
    expect(said).toEqual([])
  })
})
