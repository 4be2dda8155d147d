import { i18n } from '@lingui/core'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Series } from './chart.tsx'

interface Drawn {
  times: readonly Date[]
  series: readonly Series[]
  kind: 'bars' | 'lines'
  onPoint: (index: number | null) => void
  onPick: (index: number) => void
}

const HEIGHT = 200

/** `draw` draws a chart into an element, and gives what removes it. */
export function draw(element: HTMLElement, { times, series, kind, onPoint, onPick }: Drawn): () => void {
  const tokens = getComputedStyle(document.documentElement)
  const colour = (token: string): string => tokens.getPropertyValue(`--${token}`).trim()
  const font = `12px ${getComputedStyle(document.body).fontFamily}`
  const compact = new Intl.NumberFormat(i18n.locale, { notation: 'compact', maximumFractionDigits: 1 })
  const axis: UPlot.Axis = {
    stroke: colour('muted'),
    font,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  }
  // Bars that stand on each other are drawn from the highest to the lowest, each from the ground.
  const ordered = kind === 'bars' ? [...series].reverse() : series
  const rows = ordered.map(({ values }, row) =>
    kind === 'lines'
      ? [...values]
      : values.map((_, index) => ordered.slice(row).reduce((sum, one) => sum + (one.values[index] ?? 0), 0)),
  )
  const bars = UPlot.paths.bars?.({ size: [0.82, 28], align: 1, radius: 0.15 })
  const options: UPlot.Options = {
    width: Math.max(element.clientWidth, 200),
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 20, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: kind === 'lines' } },
    scales: { y: { range: (_, least, most) => [Math.min(0, least), most <= 0 ? 1 : most * 1.08] } },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        values: (_, splits, __, ___, step) => splits.map((one) => tick(one, step)),
      },
      { ...axis, size: 52, values: (_, splits) => splits.map((one) => compact.format(one)) },
    ],
    series: [
      {},
      ...ordered.map(
        ({ label, token, dash }): UPlot.Series => ({
          label,
          ...(kind === 'bars'
            ? { fill: colour(token), width: 0, ...(bars && { paths: bars }), points: { show: false } }
            : {
                stroke: colour(token),
                width: 2,
                ...(dash && { dash: [...dash] }),
                points: { show: times.length < 2 },
              }),
        }),
      ),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  }
  const plot = new UPlot(options, [times.map((time) => time.getTime() / 1000), ...rows], element)
  const pick = () => {
    if (plot.cursor.idx != null) onPick(plot.cursor.idx)
  }
  plot.over.addEventListener('click', pick)
  const observer = new ResizeObserver(() => {
    if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: HEIGHT })
  })
  observer.observe(element)
  return () => {
    observer.disconnect()
    plot.destroy()
  }
}

/** `tick` writes a point of the axis: the hour, or the day where they are a day or more apart. */
function tick(seconds: number, step: number): string {
  const options: Intl.DateTimeFormatOptions =
    step >= 86_400
      ? { day: 'numeric', month: 'short' }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  return new Intl.DateTimeFormat(i18n.locale, options).format(new Date(seconds * 1000))
}
