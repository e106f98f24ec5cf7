// A drawn signature while it is drawn: strokes of points with their times, relative to the first touch.
import type { Dot, Drawing } from '@/api'

export interface Touch {
  x: number
  y: number
  /** Milliseconds of any steady clock. */
  at: number
  /** 0 to 1; 0.5 from devices that tell none. */
  pressure: number
}

export interface Sheet {
  width: number
  height: number
}

export class Strokes {
  readonly strokes: Dot[][] = []
  private began: { steady: number; wall: string } | undefined

  constructor(
    private readonly sheet: Sheet,
    private readonly wall: () => Date = () => new Date(),
  ) {}

  /** Whether there is more than a slip of the finger. */
  get drawn(): boolean {
    return this.strokes.reduce((sum, stroke) => sum + stroke.length, 0) >= 8
  }

  begin(touch: Touch): void {
    this.began ??= { steady: touch.at, wall: this.wall().toISOString() }
    this.strokes.push([this.dot(touch)])
  }

  /** Answers the point before, to draw from; nothing where the finger did not move. */
  move(touch: Touch): [Dot, Dot] | undefined {
    const stroke = this.strokes.at(-1)
    const last = stroke?.at(-1)
    if (!stroke || !last) return undefined
    const next = this.dot(touch)
    if (next.x === last.x && next.y === last.y) return undefined
    stroke.push(next)
    return [last, next]
  }

  drawing(): Drawing {
    return {
      width: Math.round(this.sheet.width),
      height: Math.round(this.sheet.height),
      started_at: this.began?.wall ?? this.wall().toISOString(),
      strokes: this.strokes,
    }
  }

  private dot(touch: Touch): Dot {
    return {
      x: Math.round(touch.x),
      y: Math.round(touch.y),
      t: Math.max(0, Math.round(touch.at - (this.began?.steady ?? touch.at))),
      p: Math.round(Math.min(1, Math.max(0, touch.pressure)) * 1000),
    }
  }
}
