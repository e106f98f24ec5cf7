// Which page of the manual tells of which room: the page has the room's name.

const PAGES = ['today', 'onsite', 'matters', 'media', 'search', 'sync', 'settings']

/** The page for a place; a draft belongs to its record. */
export function pageOf(path: string): string {
  const room = path.split('/')[1] ?? ''
  if (room === 'drafts') return 'matters'
  return PAGES.includes(room) ? room : 'README'
}
