// A township on loopback, an invited officer or two, and a camera's folder: what a journey needs, made from
// the built programs in a folder of its own. Every process started here is ended here, by its own id.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
export const target = resolve(process.env.LIUHEN_TARGET ?? join(root, 'target'))
export const picture = join(root, 'docs/picture.png')
export const program = (name) => join(target, 'debug', name)
export const ui = resolve(process.env.LIUHEN_UI_DIST ?? join(root, 'ui/dist'))

const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LIUHEN_')))

export function freePort() {
  return new Promise((done, fail) => {
    const probe = net.createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => done(port))
    })
  })
}

export async function until(what, look, { within = 30_000, every = 50 } = {}) {
  const end = Date.now() + within
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) throw new Error(`not within ${within / 1000} s: ${what}`)
    await new Promise((done) => setTimeout(done, every))
  }
}

const answers = (port) =>
  new Promise((done) => {
    const probe = net.connect(port, '127.0.0.1', () => probe.end(() => done(true)))
    probe.once('error', () => done(false))
  })

/** Starts a program; `stop` ends exactly it. */
export function start(command, args, env = {}) {
  const said = []
  const child = spawn(command, args, { env: { ...plain, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(String(bytes)))
  const ended = new Promise((done) => child.once('exit', done))
  return {
    child,
    said: () => said.join(''),
    alive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(late)
    },
  }
}

export class World {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'liuhen-window-'))
    this.home = join(this.folder, 'laptop')
    this.camera = join(this.folder, 'camera')
    this.running = []
    mkdirSync(this.camera)
  }

  keep(running) {
    this.running.push(running)
    return running
  }

  async openTownship(name = '观海卫镇') {
    const home = join(this.folder, 'township')
    this.port = await freePort()
    this.url = `https://127.0.0.1:${this.port}`
    this.township = (...args) =>
      JSON.parse(
        execFileSync(program('liuhen-township'), ['--home', home, '--json', ...args], { env: plain, encoding: 'utf8' }),
      )
    this.township('init', '--name', name, '--keys-to', join(this.folder, 'township-keys'))
    const serving = this.keep(
      start(program('liuhen-township'), ['--home', home, 'serve', '--listen', `127.0.0.1:${this.port}`]),
    )
    await until(`the township answers\n${serving.said()}`, () => {
      if (!serving.alive()) throw new Error(serving.said())
      // The operator's socket opens last.
      return existsSync(join(home, 'control.sock')) && answers(this.port)
    })
    return serving
  }

  invite(name, certificate, role = 'officer') {
    const year = new Date().getFullYear() + 2
    return this.township(
      ...['invite', '--name', name, '--certificate', certificate],
      ...['--valid-until', `${year}-06-30`, '--role', role],
    ).code
  }

  /** A film as a body camera makes it: H.264 and AAC, the date in the picture and in the file. */
  film(name, { seconds = 8, size = '1280x720' } = {}) {
    const path = join(this.camera, name)
    const street = [
      `gradients=s=${size}:c0=0x8fb4cf:c1=0xe8e2d2:x0=0:y0=0:x1=0:y1=420:d=${seconds}:speed=0.00001`,
      'drawbox=x=0:y=ih*0.62:w=iw:h=ih*0.38:color=0x6d6a63:t=fill',
      'drawbox=x=0:y=ih*0.58:w=iw:h=ih*0.05:color=0x9a958b:t=fill',
      'drawbox=x=iw*0.04:y=ih*0.14:w=iw*0.30:h=ih*0.46:color=0xb9a284:t=fill',
      'drawbox=x=iw*0.07:y=ih*0.30:w=iw*0.24:h=ih*0.30:color=0x4b4740:t=fill',
      'drawbox=x=iw*0.05:y=ih*0.21:w=iw*0.28:h=ih*0.07:color=0x7a2f24:t=fill',
      'drawbox=x=iw*0.40:y=ih*0.22:w=iw*0.24:h=ih*0.38:color=0xc9bfae:t=fill',
      'drawbox=x=iw*0.43:y=ih*0.36:w=iw*0.18:h=ih*0.24:color=0x5a564f:t=fill',
      'drawbox=x=iw*0.70:y=ih*0.18:w=iw*0.27:h=ih*0.42:color=0xa9b0ac:t=fill',
      "drawbox=x='iw*0.30+mod(t*18\\,200)':y=ih*0.66:w=iw*0.22:h=ih*0.10:color=0x3f6b4a:t=fill",
      'drawbox=x=iw*0.58:y=ih*0.68:w=iw*0.10:h=ih*0.07:color=0xa5642f:t=fill',
      'noise=alls=7:allf=t',
      "drawtext=font=monospace:text='DEV0001 %{pts\\:gmtime\\:1795421400}':x=24:y=22:fontsize=30:fontcolor=white:borderw=2",
    ].join(',')
    execFileSync('ffmpeg', [
      ...['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', street],
      ...['-f', 'lavfi', '-i', `anoisesrc=a=0.02:d=${seconds}`],
      ...['-t', String(seconds), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25'],
      ...['-c:a', 'aac', '-metadata', 'creation_time=2026-11-23T00:10:00Z', '-movflags', '+faststart', path],
    ])
    return path
  }

  async close() {
    for (const running of this.running.reverse()) await running.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
