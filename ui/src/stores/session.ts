// Who is at the desk. Everything that only an open home may show hangs on `open`.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call, type HomeView, type SettingsView } from '@/api'
import { speak, type Language } from '@/i18n'
import { flushAll, forgetAll } from './working'

/** What must not outlive an open home; rooms add what they hold. */
const forgets = new Set<() => void>([forgetAll])

export function onLocked(forget: () => void): void {
  forgets.add(forget)
}

export const useSession = defineStore('session', () => {
  const home = ref<HomeView>()
  const open = computed(() => home.value?.state === 'open')
  const fresh = computed(() => home.value?.state === 'fresh')
  /** Who unlocked last, as long as this page lives: after a lock he is chosen already. */
  const lastHolder = ref<string>()
  const me = computed(() => home.value?.officer ?? undefined)

  async function take(view: HomeView): Promise<void> {
    home.value = view
    if (view.state !== 'open') for (const forget of forgets) forget()
    await dress(view)
  }

  /** Language, theme and type size are settings of the home, so that nothing is kept in web storage. */
  async function dress(look: Pick<SettingsView, 'language' | 'theme' | 'text_size'>): Promise<void> {
    document.documentElement.dataset.theme = look.theme
    document.documentElement.dataset.text = look.text_size
    await speak(look.language === 'en' ? 'en' : ('zh-CN' as Language))
  }

  async function refresh(): Promise<void> {
    await take(await call('home_state', {}))
  }

  async function unlock(officer: string, passphrase: string): Promise<void> {
    await take(await call('unlock', { officer, passphrase }))
    lastHolder.value = officer
  }

  async function enrol(township: string, code: string, passphrase: string): Promise<void> {
    await take(await call('enrol', { township, code, passphrase }))
  }

  /**
   * Another officer on this laptop: one who is enrolled here lets the new one in, by the own passphrase. The
   * home is locked again afterwards, so that nobody stands in another's name.
   */
  async function enrolBeside(
    present: { officer: string; passphrase: string },
    township: string,
    code: string,
    passphrase: string,
  ): Promise<void> {
    const before = new Set(home.value?.key_holders.map((holder) => holder.id))
    await call('unlock', present)
    try {
      const view = await call('enrol', { township, code, passphrase })
      lastHolder.value = view.key_holders.find((holder) => !before.has(holder.id))?.id
    } finally {
      await take(await call('lock', {}))
    }
  }

  /** What was typed is kept first: it is there again after unlocking. */
  async function lock(): Promise<void> {
    await flushAll()
    await take(await call('lock', {}))
  }

  /** Locks, with another officer chosen at the door. */
  async function change(): Promise<void> {
    const other = home.value?.key_holders.find((holder) => holder.id !== lastHolder.value)
    if (other) lastHolder.value = other.id
    await lock()
  }

  return { home, open, fresh, me, lastHolder, refresh, unlock, enrol, enrolBeside, lock, change, dress }
})
