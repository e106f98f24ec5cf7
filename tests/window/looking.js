// What a person who does not see, or who has no mouse, meets on a page.

/** Violations found by axe-core, one line each with the places where they are. */
export async function findings(page) {
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] })
    return violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 4).map((n) => n.target.join(' ')).join(' | ')}`)
  })
}

/** What can hold the focus in the room, in the order of the page. */
const STOPS =
  'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), video[controls], [tabindex="0"]'

/**
 * Walks through a room with Tab. Each stop must be in sight, be marked as focused, and not lie above the
 * one before in the page's own order; every place that can be clicked must be among the stops.
 */
export async function focusWalk(page) {
  await page.evaluate(() => document.querySelector('#room').focus())
  const faults = []
  for (let step = 0; step < 400; step++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame++) await new Promise((done) => requestAnimationFrame(done))
      const look = (all) =>
        all.map((one) => {
          const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(one)
          return [outline, boxShadow, borderColor, backgroundColor].join()
        })
      globalThis.walked ??= []
      const before = globalThis.walked.at(-1)
      // The mark of a focus is what went away with it.
      const unmarked = before && look(before.near).join() === before.looked ? before.name : undefined
      const now = document.activeElement
      if (!now || now === document.body || !document.querySelector('#room').contains(now)) return { unmarked }
      // A hidden input shows its focus on what stands for it.
      const stands = now.closest('.el-select, .el-radio-button, .el-checkbox, .el-switch, label') ?? now
      const near = [stands, ...stands.querySelectorAll('*'), stands.parentElement, stands.parentElement.parentElement]
      const place = stands.getBoundingClientRect()
      const said = now.getAttribute('aria-label') || now.textContent || now.getAttribute('name') || ''
      const name = `${now.tagName.toLowerCase()}${now.id ? `#${now.id}` : ''} "${said.trim().slice(0, 30)}"`
      const back = before && before.now.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_PRECEDING
      const inSight =
        place.bottom > 0 && place.top < innerHeight && place.right > 0 && place.left < innerWidth && place.width > 0
      globalThis.walked.push({ now, near, name, looked: look(near).join() })
      return { name, unmarked, back: Boolean(back), inSight }
    })
    if (at.unmarked) faults.push(`${at.unmarked} does not show that it has the focus`)
    if (!at.name) break
    if (!at.inSight) faults.push(`${at.name} takes the focus out of sight`)
    if (at.back) faults.push(`${at.name} comes before what was reached earlier`)
  }
  const missed = await page.evaluate((stops) => {
    const walked = new Set(globalThis.walked.map((one) => one.now))
    globalThis.walked = undefined
    const radio = (one) => one.type === 'radio' && [...walked].some((w) => w.type === 'radio' && w.name === one.name)
    return [...document.querySelectorAll(`#room :is(${stops})`)]
      .filter((one) => !walked.has(one) && one.checkVisibility() && one.tabIndex >= 0 && !radio(one))
      .map((one) => `${one.outerHTML.slice(0, 90)} is not reached by Tab`)
  }, STOPS)
  return [...faults, ...missed]
}
