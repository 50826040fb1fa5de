/** Lag over time: what is to read on top of what no reader will ever get, and what happened meanwhile. */
import uPlot from 'uplot'
import type { GroupDetail, LagPoint } from '../protocol.ts'
import { element, keyedChildren, setAttribute, setHidden, setStyle, setText } from '../shared/dom.ts'
import { formatCount, formatMinute, formatSeconds, formatTime } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { onThemeChange, themeColor } from '../shared/theme.ts'
import { visibleName } from '../shared/visible.ts'

const heightPx = 128
const gridLabelPx = 14
/** Space above the highest point, so that the chart does not touch its title. */
const headroom = 1.12
/** Most events named below the chart; all of them are drawn in it. */
const namedEventsMax = 3

export function lagChart(): { readonly node: HTMLElement; update(group: GroupDetail): void } {
  const title = element('h2')
  const readout = element('div', 'readout')
  const plotHost = element('div', 'plot')
  const gridLabels = element('div', 'grid-labels dim')
  const from = element('span', 'dim')
  const until = element('span', 'dim')
  const events = element('span', 'events warning')
  const axis = element('div', 'time-axis', from, events, until)
  const figure = element('figure', 'figure', plotHost, gridLabels)
  const none = element('p', 'dim')
  const node = element('section', 'lag-chart', element('div', 'chart-head', title, readout), figure, axis, none)
  figure.setAttribute('role', 'img')
  setText(none, strings.noHistory)

  let points: readonly LagPoint[] = []
  let plot: uPlot | undefined
  const drawGrid = keyedChildren<GridLine>(gridLabels, line => line.text, createGridLabel)
  const drawEvents = keyedChildren<LagPoint>(events, point => String(point.atMs), createEvent)

  const drawReadout = (index: number | undefined): void => setText(readout, readoutOf(points, index))

  function redraw(): void {
    plot?.destroy()
    plot = undefined
    drawGrid([])
    if (points.length > 1) plot = createPlot(plotHost, () => points, drawReadout, drawGridLabels)
  }

  function drawGridLabels(drawn: uPlot): void {
    drawGrid(gridLines(drawn))
  }

  new ResizeObserver(() => {
    if (plot && plotHost.clientWidth > 0) plot.setSize({ width: plotHost.clientWidth, height: heightPx })
  }).observe(plotHost)
  onThemeChange(redraw)

  return {
    node,
    update: group => {
      const isSame = areSame(points, group.history)
      points = group.history
      const first = points[0]
      const last = points.at(-1)
      const hasChart = points.length > 1
      for (const part of [figure, axis, readout]) setHidden(part, !hasChart)
      setHidden(none, hasChart)
      setText(
        title,
        hasChart && first && last
          ? strings.lagOverLast(formatSeconds((last.atMs - first.atMs) / 1_000))
          : strings.lagOverTime,
      )
      setText(from, first ? formatMinute(first.atMs) : '')
      setText(until, last ? formatMinute(last.atMs) : '')
      drawEvents(points.filter(point => point.event !== undefined).slice(-namedEventsMax))
      drawReadout(undefined)
      setAttribute(
        figure,
        'aria-label',
        strings.chartLabel(formatCount(last?.readable ?? 0), formatCount(highest(points)?.readable ?? 0)),
      )
      if (plot && hasChart && !isSame) plot.setData(plotData(points))
      else if (!plot || !hasChart) redraw()
    },
  }
}

/** A history only grows at its end, so its ends tell. */
function areSame(shown: readonly LagPoint[], next: readonly LagPoint[]): boolean {
  const ends = [0, -1].map(at => [shown.at(at), next.at(at)] as const)
  return (
    shown.length === next.length &&
    ends.every(([a, b]) => a?.atMs === b?.atMs && a?.readable === b?.readable && a?.unreadable === b?.unreadable)
  )
}

/** `now 412 to read · 5 markers, aborted, gaps · highest 9,120 at 11:52`, or the values under the pointer. */
function readoutOf(points: readonly LagPoint[], index: number | undefined): string {
  const point = index === undefined ? points.at(-1) : points[index]
  if (!point) return ''
  const when = index === undefined ? strings.now : strings.at(formatTime(point.atMs))
  const values = [
    `${when} ${formatCount(point.readable)} ${strings.readable}`,
    `${formatCount(point.unreadable)} ${strings.unreadable}`,
  ]
  const most = highest(points)
  if (index === undefined && most)
    values.push(`${strings.highest} ${formatCount(most.readable)} ${strings.at(formatMinute(most.atMs))}`)
  return values.join(' · ')
}

function highest(points: readonly LagPoint[]): LagPoint | undefined {
  return points.reduce<LagPoint | undefined>(
    (most, point) => (most && most.readable >= point.readable ? most : point),
    undefined,
  )
}

function plotData(points: readonly LagPoint[]): uPlot.AlignedData {
  return [
    points.map(point => point.atMs / 1_000),
    points.map(point => point.unreadable + point.readable),
    points.map(point => point.unreadable),
  ]
}

function createPlot(
  target: HTMLElement,
  pointsNow: () => readonly LagPoint[],
  onPoint: (index: number | undefined) => void,
  onDraw: (plot: uPlot) => void,
): uPlot {
  const line = themeColor('--row-line')
  const unread = themeColor('--unread')
  const unreadable = themeColor('--unreadable')
  return new uPlot(
    {
      width: Math.max(1, target.clientWidth),
      height: heightPx,
      padding: [0, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 } },
      scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, Math.max(1, max) * headroom] } },
      axes: [
        { show: false },
        {
          size: 0,
          grid: { stroke: line, width: 1 },
          ticks: { show: false },
          splits: (_plot, _axis, _min, max) => gridValues(max),
          values: (_plot, splits) => splits.map(() => ''),
        },
      ],
      series: [
        {},
        { stroke: unread, width: 1.5, fill: withAlpha(unread, 0.55), points: { show: false } },
        { stroke: unreadable, width: 1, fill: unreadable, points: { show: false } },
      ],
      hooks: {
        draw: [drawEventLines, onDraw],
        setCursor: [plot => onPoint(plot.cursor.idx ?? undefined)],
      },
    },
    plotData(pointsNow()),
    target,
  )

  function drawEventLines(plot: uPlot): void {
    const { ctx, bbox } = plot
    ctx.save()
    ctx.strokeStyle = themeColor('--warning')
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    for (const point of pointsNow().filter(({ event }) => event !== undefined)) {
      const x = Math.round(plot.valToPos(point.atMs / 1_000, 'x', true))
      ctx.moveTo(x, bbox.top)
      ctx.lineTo(x, bbox.top + bbox.height)
    }
    ctx.stroke()
    ctx.restore()
  }
}

interface GridLine {
  readonly text: string
  readonly topPx: number
}

/** The numbers of the horizontal lines, as text that can be selected: the canvas itself holds none. */
function gridLines(plot: uPlot): GridLine[] {
  return gridValues(plot.scales.y?.max ?? 0).map(value => ({
    text: formatCount(value),
    // The label of a line at the very top stands below it: above it stands the title.
    topPx: Math.max(gridLabelPx, Math.round(plot.valToPos(value, 'y'))),
  }))
}

/** Two to five round numbers below `most`: 1, 2 or 5 times a power of ten apart. */
function gridValues(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most / 3)))
  const step = power * ([1, 2, 5].findLast(factor => most / (power * factor) >= 2) ?? 1)
  const values: number[] = []
  for (let value = step; value < most; value += step) values.push(value)
  return values
}

function createGridLabel(): { node: HTMLElement; update: (line: GridLine) => void } {
  const node = element('span', 'grid-label')
  return {
    node,
    update: line => {
      setText(node, line.text)
      setStyle(node, 'top', `${line.topPx}px`)
    },
  }
}

function createEvent(): { node: HTMLElement; update: (point: LagPoint) => void } {
  const node = element('span', 'foreign')
  return { node, update: point => setText(node, `${formatMinute(point.atMs)} ${visibleName(point.event ?? '')}`) }
}

function withAlpha(color: string, alpha: number): string {
  return `color-mix(in srgb, ${color} ${alpha * 100}%, transparent)`
}
