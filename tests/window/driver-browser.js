// The same UI in Chromium, served by `liuhen desk` over loopback.
import { chromium } from 'playwright-core'
import { program, start, ui, until } from './world.js'

export async function openBrowser(world) {
  const desk = world.keep(start(program('liuhen'), ['--home', world.home, 'desk', '--port', '0'], { LIUHEN_UI: ui, ...world.env }))
  const address = await until(`the desk says its address\n${desk.said()}`, () => {
    if (!desk.alive()) throw new Error(desk.said())
    return /http:\/\/127\.0\.0\.1:\d+\/open\/\S+?(?=["\s]|$)/.exec(desk.said())?.[0]
  })
  const browser = await chromium.launch({
    executablePath: process.env.LIUHEN_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--font-render-hinting=none'],
  })
  world.keep({ stop: () => browser.close() })
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN' })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const faults = []
  page.on('pageerror', (fault) => faults.push(String(fault)))
  page.on('console', (said) => {
    // A refused command answers 4xx; that is no fault of the page. A broken security policy is.
    if (said.type() === 'error' && !/status of 4\d\d/.test(said.text())) faults.push(said.text())
  })
  await page.goto(address)

  return {
    name: 'browser',
    faults,
    page,
    context,
    click: (css) => page.locator(css).filter({ visible: true }).first().click(),
    type: (css, text) => page.locator(css).filter({ visible: true }).first().fill(text),
    value: (css) => page.locator(css).filter({ visible: true }).first().inputValue(),
    async sees(text, { css = 'body', within = 20_000 } = {}) {
      await page.locator(css).filter({ hasText: text }).first().waitFor({ state: 'visible', timeout: within })
    },
    has: (css) =>
      page
        .locator(css)
        .filter({ visible: true })
        .first()
        .isVisible(),
    run: (script, ...args) =>
      page.evaluate(({ source, given }) => new Function(source).apply(undefined, given), { source: script, given: args }),
    /** Keys at once, as `Alt+1`. */
    press: (keys) => page.keyboard.press(keys),
    /** A line drawn with the pointer, through points in parts of the field. */
    async draw(css, points) {
      const box = await page.locator(css).filter({ visible: true }).first().boundingBox()
      const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height]
      await page.mouse.move(...at(points[0]))
      await page.mouse.down()
      for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 6 })
      await page.mouse.up()
    },
    async shot(path) {
      await page.screenshot({ path })
    },
  }
}
