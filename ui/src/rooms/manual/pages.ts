// The manual as it lies in docs/manual: its pages and pictures come with the build, so that it opens
// without a network. The pages are ours; nothing else is ever rendered here.
import { Marked } from 'marked'

const texts = import.meta.glob<string>('@manual/*.md', { query: '?raw', import: 'default' })
const pictures = import.meta.glob<string>('@manual/pictures/*.png', { eager: true, query: '?url', import: 'default' })

const ending = (path: string) => path.slice(path.lastIndexOf('/') + 1)
const named = <T>(all: Record<string, T>) => new Map(Object.entries(all).map(([path, found]) => [ending(path), found]))
const page = named(texts)
const picture = named(pictures)

const marked = new Marked({
  renderer: {
    link({ href, tokens }) {
      return `<a href="#/manual/${ending(href).replace('.md', '')}">${this.parser.parseInline(tokens)}</a>`
    },
    image({ href, text }) {
      return `<img src="${picture.get(ending(href)) ?? ''}" alt="${text}">`
    },
  },
})

/** A page as HTML; `README` is the list of pages. */
export async function read(name: string): Promise<string> {
  const text = await page.get(`${name}.md`)?.()
  return text === undefined ? '' : marked.parse(text)
}
