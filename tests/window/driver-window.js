// The real window, driven through WebKitWebDriver: own screen (Xvfb) and own D-Bus come from `run`.
import { writeFileSync } from 'node:fs'
import { remote } from 'webdriverio'
import { freePort, program, start, until } from './world.js'

export async function openWindow(world) {
  const port = await freePort()
  const driver = world.keep(
    start('WebKitWebDriver', [`--port=${port}`], {
      TAURI_WEBVIEW_AUTOMATION: 'true',
      LIUHEN_HOME: world.home,
    }),
  )
  await until('the driver answers', () =>
    fetch(`http://127.0.0.1:${port}/status`).then(
      (answer) => answer.ok,
      () => false,
    ),
  )
  const session = await remote({
    hostname: '127.0.0.1',
    port,
    logLevel: 'error',
    connectionRetryCount: 0,
    capabilities: {
      'webkitgtk:browserOptions': { binary: program('liuhen-desktop'), args: [] },
      'wdio:enforceWebDriverClassic': true,
    },
  })
  world.keep({ stop: () => session.deleteSession().catch(() => undefined) })

  const find = (css, within) =>
    until(
      `${css} is on screen`,
      async () => {
        for (const element of await session.$$(css)) if (await element.isDisplayed().catch(() => false)) return element
        return undefined
      },
      { within },
    )

  return {
    name: 'window',
    async click(css) {
      await until(`${css} can be clicked`, async () => {
        try {
          const element = await find(css, 15_000)
          if (!(await element.isEnabled())) return false
          await element.click()
          return true
        } catch (found) {
          // Something moved between looking and clicking: look again.
          if (/stale|intercepted|interactable|not found/i.test(String(found))) return false
          throw found
        }
      })
    },
    async type(css, text) {
      const element = await find(css)
      // WebDriver's own clearing tells the page nothing; a person's select-and-delete does.
      await session.execute((field) => {
        const kind = field.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement
        Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(field, '')
        field.dispatchEvent(new Event('input', { bubbles: true }))
      }, element)
      await element.addValue(text)
      // What was typed must stand there: a field that loses the cursor to another one is a fault.
      await until(`${css} holds what was typed`, async () => (await element.getValue()) === text, { within: 10_000 })
    },
    async value(css) {
      return (await find(css)).getValue()
    },
    async sees(text, { css = 'body', within = 20_000 } = {}) {
      const look = (where, wanted) =>
        [...document.querySelectorAll(where)].some((part) => part.innerText.includes(wanted))
      await until(`“${text}” in ${css}`, () => session.execute(look, css, text), { within })
    },
    async has(css) {
      for (const element of await session.$$(css)) if (await element.isDisplayed().catch(() => false)) return true
      return false
    },
    run: (script, ...args) => session.execute(script, ...args),
    /** Keys at once, as `Alt+1`. */
    press: (keys) => session.keys(keys.split('+').map((key) => (key === 'Enter' ? '\uE007' : key))),
    /** A line drawn with the pointer, through points in parts of the field. */
    async draw(css, points) {
      const element = await find(css)
      const box = await session.execute((field) => {
        const { x, y, width, height } = field.getBoundingClientRect()
        return { x, y, width, height }
      }, element)
      const at = ([x, y]) => ({ x: Math.round(box.x + x * box.width), y: Math.round(box.y + y * box.height) })
      let line = session.action('pointer', { parameters: { pointerType: 'mouse' } }).move(at(points[0])).down()
      for (const point of points.slice(1)) line = line.move({ ...at(point), duration: 60 })
      await line.up().perform()
    },
    async shot(path) {
      // What the page holds is not yet what the screen shows: wait until it was painted.
      await session.executeAsync((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 400))))
      writeFileSync(path, Buffer.from(await session.takeScreenshot(), 'base64'))
    },
  }
}
